#include "clients/docker/images.hpp"

#include "io/url.hpp"

#include "base/text.hpp"
#include "clients/docker/asking.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr Duration long_work = std::chrono::hours{1}; // disks that are cleaned up

std::string of(const std::string& image, std::string_view what = {})
{
    return "/images/" + percent_encoded(image) + std::string{what};
}

std::string json_unless_empty(const Object& object)
{
    return object.empty() ? "" : to_json(object);
}

// RFC 4648, 5: the header must not hold '+' and '/'.
std::string in_header(const Object& object)
{
    std::string text = to_base64(to_json(object));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

Object as_object(const RegistryLogin& login)
{
    Object object{{"serveraddress", login.server}};
    if (!login.token.empty()) {
        object.append("identitytoken", login.token);
        return object;
    }
    object.append("username", login.user);
    object.append("password", login.password);
    return object;
}

// Of a registry that does not answer the engine says no more than the words of its network library.
Errc code_in(std::string_view error)
{
    constexpr std::array<std::string_view, 7> silence{
        "dial tcp",         "i/o timeout",      "TLS handshake timeout", "context deadline exceeded",
        "connection reset", "request canceled", "unexpected EOF"};
    const auto is_in = [&](std::string_view words) { return error.find(words) != std::string_view::npos; };
    return std::ranges::any_of(silence, is_in) ? Errc::unreachable : Errc::refused;
}

asio::awaitable<Result<ImageWork>> begin(Client& client, Ask ask)
{
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error()) {
        Failure failure = stream.error();
        if (failure.code == Errc::refused)
            failure.code = code_in(failure.message);
        co_return failure;
    }
    co_return ImageWork{std::move(*stream)};
}

ImageWork::Step step_in(const Object& told)
{
    const auto progress = part<Object>(told, "progressDetail");
    ImageWork::Step step;
    step.layer = part<std::string>(told, "id");
    step.text = part<std::string>(told, "stream");
    if (step.text.empty())
        step.text = part<std::string>(told, "status");
    step.done = part<std::int64_t>(progress, "current");
    step.all = part<std::int64_t>(progress, "total");
    step.image = part<std::string>(part<Object>(told, "aux"), "ID");
    return step;
}

} // namespace

asio::awaitable<Result<std::optional<ImageWork::Step>>> ImageWork::next()
{
    auto told = co_await told_.read();
    if (told.has_error())
        co_return told.error();
    if (!*told)
        co_return std::optional<Step>{};
    const auto error = part<std::string>(**told, "error");
    if (!error.empty())
        co_return Failure{code_in(error), "Docker: " + printable(trimmed(error))};
    co_return step_in(**told);
}

asio::awaitable<Result<ImageWork>> pull(Client& client, std::string image, std::string platform,
                                        std::optional<RegistryLogin> login)
{
    Ask ask{"POST", "/images/create"};
    ask.query = {{"fromImage", std::move(image)}, {"platform", std::move(platform)}};
    if (login)
        ask.headers.set("X-Registry-Auth", in_header(as_object(*login)));
    return begin(client, std::move(ask));
}

asio::awaitable<Result<ImageWork>> build(Client& client, BuildSpec spec)
{
    Ask ask{"POST", "/build"};
    ask.query = {{"dockerfile", std::move(spec.dockerfile)},
                 {"buildargs", json_unless_empty(object_of(spec.args))},
                 {"labels", json_unless_empty(object_of(spec.labels))},
                 {"target", std::move(spec.target)},
                 {"networkmode", std::move(spec.network)},
                 {"platform", std::move(spec.platform)},
                 {"pull", spec.pull ? "1" : ""},
                 {"nocache", spec.use_cache ? "" : "1"},
                 {"forcerm", "1"}};
    for (std::string& tag : spec.tags)
        ask.query.emplace_back("t", std::move(tag));
    Object logins;
    for (const RegistryLogin& login : spec.logins)
        logins.set(login.server, as_object(login));
    if (!logins.empty())
        ask.headers.set("X-Registry-Config", in_header(logins));
    ask.headers.set("Content-Type", "application/x-tar");
    ask.from_file = std::move(spec.context_file);
    return begin(client, std::move(ask));
}

asio::awaitable<Result<ImageWork>> import_image(Client& client, std::string file, std::string image, Words changes)
{
    Ask ask{"POST", "/images/create"};
    ask.query = {{"fromSrc", "-"}, {"repo", std::move(image)}};
    for (std::string& change : changes)
        ask.query.emplace_back("changes", std::move(change));
    ask.headers.set("Content-Type", "application/x-tar");
    ask.from_file = std::move(file);
    return begin(client, std::move(ask));
}

asio::awaitable<Result<Object>> inspect_image(Client& client, std::string image)
{
    return ask_object(client, {"GET", of(image, "/json")}, "an image");
}

asio::awaitable<Result<Array>> list_images(Client& client, std::string reference, Pairs labels)
{
    Object filters;
    if (!reference.empty())
        filters.append("reference", Array{std::move(reference)});
    Ask ask{"GET", "/images/json"};
    ask.query = {{"filters", filters_of(labels, std::move(filters))}};
    return ask_list(client, std::move(ask), "images");
}

asio::awaitable<Result<void>> tag_image(Client& client, std::string image, std::string repository, std::string tag)
{
    Ask ask{"POST", of(image, "/tag")};
    ask.query = {{"repo", std::move(repository)}, {"tag", std::move(tag)}};
    return tell(client, std::move(ask));
}

asio::awaitable<Result<Array>> remove_image(Client& client, std::string image, bool force)
{
    Ask ask{"DELETE", of(image)};
    ask.query = {{"force", flag(force)}};
    return ask_list(client, std::move(ask), "a removed image");
}

asio::awaitable<Result<Object>> prune_images(Client& client, bool all, Pairs labels)
{
    Ask ask{"POST", "/images/prune"};
    ask.query = {{"filters", filters_of(labels, {{"dangling", Array{all ? "false" : "true"}}})}};
    ask.timeout = long_work;
    return ask_object(client, std::move(ask), "removed images");
}

} // namespace forager::docker
