#include "cli/asking.hpp"

#include "app/agent/colony_member.hpp"
#include "app/backup_access.hpp"
#include "app/brokers.hpp"
#include "app/docker_access.hpp"
#include "app/files_access.hpp"
#include "app/kubernetes_access.hpp"
#include "app/store_access.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include <unistd.h>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

Outcome as_outcome(Result<Value> answer)
{
    if (!answer)
        return answer.error();
    return Outputs{std::move(*answer)};
}

asio::awaitable<Outcome> got(control::Client& client, std::string path)
{
    auto answer = co_await client.get(std::move(path));
    co_return as_outcome(std::move(answer));
}

asio::awaitable<Outcome> posted(control::Client& client, std::string path, Object body)
{
    auto answer = co_await client.post(std::move(path), std::move(body));
    co_return as_outcome(std::move(answer));
}

// Characters, not bytes: what a terminal has a column for, more or less.
std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

Result<config::Configuration> configuration_for(const Common& common)
{
    auto configuration = config::read_configuration(sources_for(common));
    if (!configuration)
        return configuration.error();
    // One command may read it for several purposes.
    static std::set<std::string> told;
    for (const std::string& warning : configuration->warnings)
        if (told.insert(warning).second)
            write_err(printable("forager: warning: " + warning) + "\n");
    return configuration;
}

} // namespace

config::Sources sources_for(const Common& common)
{
    config::Sources sources = config::surroundings();
    if (!common.config.empty())
        sources.file = common.config;
    return sources;
}

Result<config::Settings> settings_for(const Common& common)
{
    auto configuration = configuration_for(common);
    if (!configuration)
        return configuration.error();
    return std::move(configuration->settings);
}

void connect_peers(const Common& common, App& app)
{
    struct Peers {
        config::Settings settings;
        scripting::ColonyAccess colony;
        DockerAccess docker;
        KubernetesAccess kubernetes;
        BackupSettingsAccess backup;
        StoreAccess store;
        BrokerAccess brokers;
        cfs::FilesAccess files;
    };
    const auto read = [&common, &app, peers = std::make_shared<Peers>()]() -> Result<std::shared_ptr<Peers>> {
        if (peers->colony)
            return peers;
        auto settings = settings_for(common);
        if (!settings)
            return settings.error();
        peers->settings = std::move(*settings);
        peers->docker = docker_access(peers->settings, app, Home::command);
        peers->kubernetes = kubernetes_access(peers->settings, app, Home::command);
        peers->backup = backup_access(peers->settings, Home::command);
        peers->store = store_access(peers->settings, app, peers->settings.agent.state_dir + "/uploads");
        peers->brokers = broker_access(peers->settings, app);
        peers->files = files_access(peers->settings, app);
        peers->colony = colony_access(peers->settings, app);
        return peers;
    };
    app.ask_colony_as([read]() -> Result<ColonyMember*> {
        const auto peers = read();
        return peers ? (*peers)->colony() : Result<ColonyMember*>{peers.error()};
    });
    app.run_containers_on([read]() -> Result<DockerEngine*> {
        const auto peers = read();
        return peers ? (*peers)->docker() : Result<DockerEngine*>{peers.error()};
    });
    app.run_pods_in([read]() -> Result<KubernetesCluster*> {
        const auto peers = read();
        return peers ? (*peers)->kubernetes() : Result<KubernetesCluster*>{peers.error()};
    });
    app.bring_files_with([read]() -> Result<cfs::Files*> {
        const auto peers = read();
        return peers ? (*peers)->files() : Result<cfs::Files*>{peers.error()};
    });
    app.back_up_with([read]() -> Result<BackupSettings> {
        const auto peers = read();
        return peers ? (*peers)->backup() : Result<BackupSettings>{peers.error()};
    });
    app.store_in([read]() -> Result<ObjectStore*> {
        const auto peers = read();
        return peers ? (*peers)->store() : Result<ObjectStore*>{peers.error()};
    });
    app.talk_to_brokers([read](std::string_view name) -> Result<BrokerDesk*> {
        const auto peers = read();
        return peers ? (*peers)->brokers(name) : Result<BrokerDesk*>{peers.error()};
    });
}

std::string socket_to_ask(const config::Configuration& configuration, const std::string& service)
{
    const std::string& own = configuration.settings.agent.socket;
    const auto origin = std::ranges::find(configuration.origins, "agent.socket", &config::Origin::key);
    const bool by_default = origin != configuration.origins.end() && origin->from == "default";
    const bool is_let_in = ::access(service.c_str(), R_OK | W_OK) == 0;
    return by_default && ::access(own.c_str(), F_OK) != 0 && is_let_in ? service : own;
}

Result<std::string> socket_for(const Common& common)
{
    const auto configuration = configuration_for(common);
    if (!configuration)
        return configuration.error();
    if (!common.config.empty())
        return configuration->settings.agent.socket;
    return socket_to_ask(*configuration, config::AgentConfig{}.socket);
}

Ending answer_to(const Common& common, const Question& question, std::function<void(const Failure&)> last_words)
{
    const auto socket = socket_for(common);
    if (!socket)
        return {socket.error(), {}};
    const auto progress = make_progress(common);
    AppConfig config;
    config.last_words = [&](const Failure& failure) { print_last_words(failure, common); };
    if (last_words)
        config.last_words = std::move(last_words);
    App app{std::move(config), *progress};
    control::Client client{app.http(), {*socket}};
    return app.execute(question(client));
}

int ask(const Common& common, const Question& question, const std::function<std::string(const Value&)>& shown)
{
    return print_ending(answer_to(common, question), common,
                        [&](const Value& answer) { return printable(shown(answer)); });
}

Question getting(std::string path)
{
    return [path = std::move(path)](control::Client& client) { return got(client, path); };
}

Question posting(std::string path, Object body)
{
    return [path = std::move(path), body = std::move(body)](control::Client& client) {
        return posted(client, path, body);
    };
}

std::string text_of(const Value& object, std::string_view name)
{
    const auto* members = object.get<Object>();
    const Value* value = members == nullptr ? nullptr : members->find(name);
    if (value == nullptr || value->is_null())
        return {};
    const auto* text = value->get<std::string>();
    return text == nullptr ? to_json(*value) : *text;
}

std::string time_text(const Value& object, std::string_view name)
{
    constexpr std::size_t date = 10;
    constexpr std::size_t second = 19;
    const std::string stamp = text_of(object, name);
    if (stamp.size() < second || stamp[date] != 'T')
        return stamp;
    return stamp.substr(0, date) + " " + stamp.substr(date + 1, second - date - 1) + " UTC";
}

std::string table(std::vector<std::vector<std::string>> rows)
{
    for (auto& row : rows)
        for (std::string& cell : row)
            std::ranges::replace_if(cell, [](char byte) { return byte == '\n' || byte == '\r' || byte == '\t'; }, ' ');
    constexpr std::size_t widest = 64; // an id of the colony; what is longer shifts its own line alone
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths.resize(std::max(widths.size(), i + 1));
            if (const std::size_t width = width_of(row[i]); width <= widest)
                widths[i] = std::max(widths[i], width);
        }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(std::max(widths[i], width_of(row[i])) - width_of(row[i]) + 2, ' ');
        while (line.ends_with(' '))
            line.pop_back();
        text += line + "\n";
    }
    return text;
}

} // namespace forager::cli
