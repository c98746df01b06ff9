#include "primitives/docker/registries.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "primitives/files/files.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;
using docker::RegistryLogin;

namespace {

constexpr std::string_view hub = "docker.io";

// Docker Hub has several names; others may stand as URLs.
std::string host_in(std::string_view server)
{
    for (const std::string_view scheme : {"https://", "http://"})
        if (server.starts_with(scheme))
            server.remove_prefix(scheme.size());
    server = server.substr(0, server.find('/'));
    const bool is_hub = server == "index.docker.io" || server == "registry-1.docker.io";
    return std::string{is_hub ? hub : server};
}

// Where the engine itself looks for who one is to Docker Hub.
std::string server_of(std::string_view host)
{
    return host == hub ? "https://index.docker.io/v1/" : std::string{host};
}

Failure unreadable()
{
    return {Errc::bad_arguments, "is no file of logins as `docker login` writes it: give another one, or none"};
}

Result<RegistryLogin> login_in(const Member& member)
{
    const auto* entry = member.value.get<Object>();
    if (entry == nullptr)
        return unreadable();
    RegistryLogin login;
    login.server = server_of(host_in(member.name));
    login.token = part<std::string>(*entry, "identitytoken");
    login.user = part<std::string>(*entry, "username");
    login.password = part<std::string>(*entry, "password");
    const auto auth = part<std::string>(*entry, "auth");
    if (auth.empty())
        return login;
    const auto pair = from_base64(auth);
    const auto colon = pair.has_error() ? std::string::npos : pair->find(':');
    if (colon == std::string::npos)
        return unreadable();
    login.user = pair->substr(0, colon);
    login.password = pair->substr(colon + 1);
    return login;
}

} // namespace

std::string registry_of(std::string_view image)
{
    const auto slash = image.find('/');
    const std::string_view first = image.substr(0, slash);
    const bool is_host = slash != std::string_view::npos &&
                         (first == "localhost" || first.find_first_of(".:[") != std::string_view::npos);
    return is_host ? host_in(first) : std::string{hub};
}

Result<std::vector<RegistryLogin>> logins_in(std::string_view text)
{
    const auto document = parse_json(text);
    const auto* object = document.has_error() ? nullptr : document->get<Object>();
    if (object == nullptr)
        return unreadable();
    std::vector<RegistryLogin> found;
    for (const Member& member : part<Object>(*object, "auths")) {
        auto login = login_in(member);
        if (login.has_error())
            return login.error();
        const bool is_kept_elsewhere = login->user.empty() && login->token.empty();
        if (!is_kept_elsewhere)
            found.push_back(std::move(*login));
    }
    return found;
}

asio::awaitable<Result<std::vector<RegistryLogin>>> logins(BlockingPool& pool, Registries registries)
{
    std::vector<RegistryLogin> all;
    for (const Registry& registry : registries.known) {
        RegistryLogin login;
        login.user = registry.user;
        login.password = registry.password.reveal();
        login.server = server_of(host_in(registry.host));
        all.push_back(std::move(login));
    }
    if (registries.file.empty())
        co_return all;
    constexpr std::size_t longest = std::size_t{1024} * 1024;
    Files files{pool};
    const auto text = co_await files.read(registries.file, longest);
    if (text.has_error())
        co_return text.error();
    auto of_file = logins_in(*text);
    if (of_file.has_error())
        co_return Failure{Errc::bad_arguments, "[docker] auths: " + registries.file + " " + of_file.error().message};
    std::ranges::move(*of_file, std::back_inserter(all));
    co_return all;
}

const RegistryLogin* login_for(const std::vector<RegistryLogin>& logins, std::string_view registry)
{
    const auto found = std::ranges::find(logins, server_of(registry), &RegistryLogin::server);
    return found == logins.end() ? nullptr : &*found;
}

Failure with_advice(Failure failure, std::string_view registry, const RegistryLogin* login)
{
    constexpr std::array<std::string_view, 4> words = {"no basic auth credentials", "unauthorized", "denied",
                                                       "authentication required"};
    const bool is_about_logins = std::ranges::any_of(
        words, [&](std::string_view word) { return failure.message.find(word) != std::string::npos; });
    if (!is_about_logins)
        return failure;
    failure.message += login == nullptr
                           ? " (there is no login for " + std::string{registry} +
                                 ": give [[docker.registry]] its host, user and password, or [docker] auths)"
                           : " (as user '" + printable(login->user) + "' of " + std::string{registry} + ")";
    return failure;
}

} // namespace forager::docker_work
