#include "clients/docker/containers.hpp"

#include "io/url.hpp"

#include "clients/docker/asking.hpp"
#include "clients/docker/json_stream.hpp"
#include "clients/docker/refusal.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr int conflict = 409;
constexpr Duration patience = std::chrono::seconds{60}; // beyond what the engine was asked to wait

std::string of(const std::string& id, std::string_view what = {})
{
    return "/containers/" + percent_encoded(id) + std::string{what};
}

std::string seconds_of(std::optional<Duration> grace)
{
    return grace ? std::to_string(std::chrono::ceil<std::chrono::seconds>(*grace).count()) : "";
}

// The engine takes a negative number for no limit.
Duration longest(std::optional<Duration> grace)
{
    return grace.value_or(std::chrono::seconds{10}) + patience;
}

// The engine says whether there was anything to do.
asio::awaitable<Result<bool>> change(Client& client, Ask ask)
{
    constexpr int nothing_to_do = 304;
    auto answer = co_await client.call(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    co_return answer->status != nothing_to_do;
}

Object named(const std::string& name)
{
    return name.empty() ? Object{} : Object{{"name", Array{name}}};
}

} // namespace

asio::awaitable<Result<std::string>> create(Client& client, ContainerSpec spec)
{
    Ask ask{"POST", "/containers/create"};
    ask.query = {{"name", spec.name}, {"platform", spec.platform}};
    ask.body = to_body(spec);
    auto made = co_await ask_object(client, std::move(ask), "a new container");
    if (made.has_error())
        co_return made.error();
    auto id = part<std::string>(*made, "Id");
    if (id.empty())
        co_return unreadable("a new container");
    co_return id;
}

asio::awaitable<Result<bool>> start(Client& client, std::string id)
{
    return change(client, {"POST", of(id, "/start")});
}

asio::awaitable<Result<bool>> stop(Client& client, std::string id, std::optional<Duration> grace)
{
    Ask ask{"POST", of(id, "/stop")};
    ask.query = {{"t", seconds_of(grace)}};
    ask.timeout = longest(grace);
    return change(client, std::move(ask));
}

asio::awaitable<Result<void>> kill(Client& client, std::string id, std::string signal)
{
    Ask ask{"POST", of(id, "/kill")};
    ask.query = {{"signal", std::move(signal)}};
    return tell(client, std::move(ask));
}

asio::awaitable<Result<void>> restart(Client& client, std::string id, std::optional<Duration> grace)
{
    Ask ask{"POST", of(id, "/restart")};
    ask.query = {{"t", seconds_of(grace)}};
    ask.timeout = longest(grace);
    return tell(client, std::move(ask));
}

asio::awaitable<Result<bool>> remove(Client& client, std::string id, Removal removal)
{
    Ask ask{"DELETE", of(id)};
    ask.query = {{"force", flag(removal.force)}, {"v", flag(removal.volumes)}};
    auto removed = co_await client.call(std::move(ask));
    if (removed.has_value())
        co_return true;
    const Failure& failure = removed.error();
    const bool is_going =
        status_of(failure) == conflict && failure.message.find("already in progress") != std::string::npos;
    if (failure.code == Errc::not_found || is_going)
        co_return false;
    co_return failure;
}

asio::awaitable<Result<Object>> inspect(Client& client, std::string id)
{
    return ask_object(client, {"GET", of(id, "/json")}, "a container");
}

ContainerState state_in(const Object& inspected)
{
    const auto state = part<Object>(inspected, "State");
    const auto config = part<Object>(inspected, "Config");
    ContainerState result;
    result.id = part<std::string>(inspected, "Id");
    result.name = part<std::string>(inspected, "Name");
    if (result.name.starts_with('/'))
        result.name.erase(0, 1);
    result.image = part<std::string>(config, "Image");
    result.labels = part<Object>(config, "Labels");
    result.tty = part<bool>(config, "Tty");
    result.restarts = part<std::int64_t>(inspected, "RestartCount");
    result.status = part<std::string>(state, "Status");
    result.health = part<std::string>(part<Object>(state, "Health"), "Status");
    result.error = part<std::string>(state, "Error");
    result.started = part<std::string>(state, "StartedAt");
    result.finished = part<std::string>(state, "FinishedAt");
    result.exit_code = part<std::int64_t>(state, "ExitCode");
    result.running = part<bool>(state, "Running");
    result.oom_killed = part<bool>(state, "OOMKilled");
    return result;
}

asio::awaitable<Result<Array>> list(Client& client, Filter filter)
{
    Ask ask{"GET", "/containers/json"};
    ask.query = {{"all", flag(filter.all)},
                 {"limit", filter.most == 0 ? "" : std::to_string(filter.most)},
                 {"filters", filters_of(filter.labels, named(filter.name))}};
    return ask_list(client, std::move(ask), "containers");
}

asio::awaitable<Result<Object>> stats(Client& client, std::string id)
{
    Ask ask{"GET", of(id, "/stats")};
    ask.query = {{"stream", "0"}};
    return ask_object(client, std::move(ask), "a container's use of resources");
}

asio::awaitable<Result<Object>> stats_now(Client& client, std::string id)
{
    Ask ask{"GET", of(id, "/stats")};
    ask.query = {{"stream", "0"}, {"one-shot", "1"}};
    return ask_object(client, std::move(ask), "a container's use of resources");
}

asio::awaitable<Result<OutputStream>> logs(Client& client, std::string id, LogQuery query, bool tty)
{
    Ask ask{"GET", of(id, "/logs")};
    ask.query = {{"follow", flag(query.follow)},
                 {"stdout", flag(query.out)},
                 {"stderr", flag(query.err)},
                 {"timestamps", flag(query.timestamps)},
                 {"tail", query.last ? std::to_string(*query.last) : "all"},
                 {"since", std::move(query.since)}};
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    co_return OutputStream{std::move(*stream), tty};
}

asio::awaitable<Result<OutputStream>> attach(Client& client, std::string id, bool tty)
{
    Ask ask{"POST", of(id, "/attach")};
    ask.query = {{"stream", "1"}, {"stdout", "1"}, {"stderr", "1"}};
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    co_return OutputStream{std::move(*stream), tty};
}

// The end of the connection is the end of the input, as the container was made with StdinOnce: that needs no
// connection that closes one way only, which TLS has not.
asio::awaitable<Result<void>> feed(Client& client, std::string id, std::string input)
{
    Ask ask{"POST", of(id, "/attach")};
    ask.query = {{"stream", "1"}, {"stdin", "1"}};
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    (void)co_await stream->send(std::move(input)); // who ended without reading it all has said so by its end
    co_return Result<void>{};
}

asio::awaitable<Result<ExitWatch>> watch_exit(Client& client, std::string id, bool next)
{
    Ask ask{"POST", of(id, "/wait")};
    ask.query = {{"condition", next ? "next-exit" : "not-running"}};
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    co_return ExitWatch{std::move(*stream)};
}

asio::awaitable<Result<Exit>> ExitWatch::wait()
{
    JsonStream told{std::move(stream_)};
    auto end = co_await told.read();
    if (end.has_error())
        co_return end.error();
    if (!*end)
        co_return Failure{Errc::unreachable, "the Docker engine went before the container's end was known"};
    Exit exit;
    exit.code = part<std::int64_t>(**end, "StatusCode");
    exit.error = part<std::string>(part<Object>(**end, "Error"), "Message");
    co_return exit;
}

} // namespace forager::docker
