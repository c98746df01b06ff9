#include "clients/kubernetes/credentials.hpp"

#include "base/text.hpp"
#include "clients/kubernetes/times.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

constexpr Duration file_life = std::chrono::seconds{10};      // after which it is read again
constexpr Duration plugin_time = std::chrono::seconds{60};    // for one answer
constexpr Duration before_the_end = std::chrono::seconds{10}; // of what has one, it counts as ended
constexpr std::size_t longest_words = 2000;

struct Files {
    std::string token;
    std::string ca;
    std::string cert;
    std::string key;
};

Result<std::string> content(const std::string& path)
{
    if (path.empty())
        return std::string{};
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || text.str().empty())
        return system_failure("cannot read " + path, errno == 0 ? EIO : errno);
    return text.str();
}

Result<Files> read_files(const Access& access)
{
    const Identity& who = access.identity;
    Files files;
    for (const auto& [path, text] : {std::pair{&who.token_file, &files.token}, std::pair{&access.ca_file, &files.ca},
                                     std::pair{&who.cert_file, &files.cert}, std::pair{&who.key_file, &files.key}}) {
        auto read = content(*path);
        if (read.has_error())
            return read.error();
        *text = std::move(*read);
    }
    return files;
}

bool has_files(const Access& access)
{
    const Identity& who = access.identity;
    return !who.token_file.empty() || !access.ca_file.empty() || !who.cert_file.empty() || !who.key_file.empty();
}

const std::string& either(const std::string& first, const std::string& second)
{
    return first.empty() ? second : first;
}

void add_identity(Proof& proof, const Identity& who, const std::string& token)
{
    if (!token.empty())
        proof.headers.set("Authorization", "Bearer " + std::string{trimmed(token)});
    else if (!who.user.empty())
        proof.headers.set("Authorization", "Basic " + to_base64(who.user + ":" + who.password.reveal()));
    if (!who.as.empty())
        proof.headers.set("Impersonate-User", who.as);
    for (const std::string& group : who.as_groups)
        proof.headers.add("Impersonate-Group", group);
}

Failure plugin_failure(const Plugin& plugin, const std::string& why)
{
    const std::string hint = plugin.hint.empty() ? "" : " (" + std::string{trimmed(plugin.hint)} + ")";
    return {Errc::refused,
            "'" + plugin.command.front() + "', which gives the credentials for Kubernetes, " + why + hint};
}

// Whoever makes the proof says so, however it ends.
class Making {
public:
    Making(std::shared_ptr<Event>& place, const asio::any_io_executor& executor) : place_{place}
    {
        place_ = std::make_shared<Event>(executor);
    }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
    ~Making()
    {
        const auto event = std::exchange(place_, nullptr);
        event->set();
    }

private:
    std::shared_ptr<Event>& place_;
};

} // namespace

Result<Credential> credential_in(std::string_view output)
{
    auto value = parse_json(output);
    const auto* object = value.has_value() ? value->get<Object>() : nullptr;
    if (object == nullptr || part<std::string>(*object, "kind") != "ExecCredential")
        return Failure{Errc::refused, "says no ExecCredential"};
    const auto status = part<Object>(*object, "status");
    Credential credential;
    credential.token = Secret{part<std::string>(status, "token")};
    credential.cert_pem = part<std::string>(status, "clientCertificateData");
    credential.key_pem = Secret{part<std::string>(status, "clientKeyData")};
    credential.ends = parse_time(part<std::string>(status, "expirationTimestamp"));
    if (credential.token.empty() && (credential.cert_pem.empty() || credential.key_pem.empty()))
        return Failure{Errc::refused, "gives neither a token nor a certificate with its key"};
    return credential;
}

Object question_for(const Plugin& plugin, const Access& access, const std::string& ca_pem)
{
    Object spec{{"interactive", false}};
    if (plugin.wants_cluster) {
        Object cluster{{"server", access.server}};
        if (!access.server_name.empty())
            cluster.append("tls-server-name", access.server_name);
        if (!access.verify)
            cluster.append("insecure-skip-tls-verify", true);
        if (!ca_pem.empty())
            cluster.append("certificate-authority-data", to_base64(ca_pem));
        spec.append("cluster", std::move(cluster));
    }
    return {{"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}};
}

void Credentials::doubt()
{
    proof_.reset();
    given_.reset();
}

asio::awaitable<Result<Proof>> Credentials::proof()
{
    const auto executor = co_await asio::this_coro::executor;
    while (!is_fresh() && making_) {
        const auto making = making_;
        co_await making->wait();
    }
    if (is_fresh())
        co_return *proof_;
    const Making making{making_, executor};
    auto made = co_await fresh_proof();
    if (made.has_value())
        proof_ = *made;
    co_return made;
}

asio::awaitable<Result<Proof>> Credentials::fresh_proof()
{
    Files files;
    if (has_files(access_)) {
        auto work = [this] { return read_files(access_); };
        auto read = co_await pool_.run(work);
        if (read.has_error())
            co_return read.error();
        files = std::move(*read);
    }
    const Identity& who = access_.identity;
    const std::string& ca = either(access_.ca_pem, files.ca);
    const bool ended = given_ && given_->ends && clock_.wall() + before_the_end >= *given_->ends;
    if (who.plugin && (!given_ || ended)) {
        auto given = co_await ask(*who.plugin, ca);
        if (given.has_error())
            co_return given.error();
        given_ = std::move(*given);
    }
    const Credential given = given_.value_or(Credential{});
    Proof proof;
    add_identity(proof, who, either(given.token.reveal(), either(files.token, who.token.reveal())));
    proof.tls.ca_pem = ca;
    proof.tls.cert_pem = either(given.cert_pem, either(who.cert_pem, files.cert));
    proof.tls.key_pem = either(given.key_pem.reveal(), either(who.key_pem.reveal(), files.key));
    proof.tls.server_name = access_.server_name;
    proof.tls.verify = access_.verify;
    fresh_until_ = clock_.now() + file_life;
    co_return proof;
}

asio::awaitable<Result<Credential>> Credentials::ask(const Plugin& plugin, std::string ca_pem)
{
    Command command;
    command.title = plugin.command.front();
    command.argv = plugin.command;
    command.env = plugin.env;
    command.env.emplace_back("KUBERNETES_EXEC_INFO", to_json(question_for(plugin, access_, ca_pem)));
    command.cwd = "/";
    command.timeout = plugin_time;
    auto done = co_await runner_.run(std::move(command));
    if (done.has_error())
        co_return plugin_failure(plugin, "does not run: " + done.error().message);
    if (done->code != 0)
        co_return plugin_failure(plugin, "failed with status " + std::to_string(done->code) + ": " +
                                             printable(tail(trimmed(done->err), longest_words)));
    auto credential = credential_in(done->out);
    if (credential.has_error())
        co_return plugin_failure(plugin, credential.error().message);
    co_return credential;
}

} // namespace forager::kubernetes
