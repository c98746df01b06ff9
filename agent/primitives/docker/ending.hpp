// How runs of containers come to their end, whatever happens to who asked for them. Only for the sources of
// primitives/docker.
#pragma once

#include "clients/colonies/types/time.hpp"
#include "clients/docker/containers.hpp"
#include "ports/within.hpp"
#include "primitives/docker/engine.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/docker/verdict.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace forager::docker_work {

/// `run.work()` within the time, if any; `run.end(cancelled, completed)` follows in any case, and is not cancelled.
/// `run.output()` is what a failure of the time limit has with it.
template <class Run>
boost::asio::awaitable<Result<Completed>> to_the_end(DockerEngine& engine, Run& run, std::optional<Duration> limit,
                                                     std::string title)
{
    const auto deadline = limit ? std::optional{engine.clock().now() + *limit} : std::nullopt;
    std::optional<Result<Completed>> done;
    std::exception_ptr thrown;
    try {
        done = co_await within(engine.clock(), deadline, run.work(), "");
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await boost::asio::this_coro::reset_cancellation_state();
    co_await run.end(thrown != nullptr, done && done->has_value());
    if (thrown)
        std::rethrow_exception(thrown);
    if (done->has_error() && is_late(done->error()))
        co_return late(title, *limit, run.output());
    co_return std::move(*done);
}

/// As the engine says it; nothing for "never".
inline std::optional<WallTime> time_in(const std::string& text)
{
    const auto read = colonies::parse_time(text);
    return read ? read->time : std::nullopt;
}

/// Hears a container that was begun before, from its first line to its end.
inline boost::asio::awaitable<Result<docker::ExitWatch>> hear_again(docker::Client& client,
                                                                    docker::ContainerState present, Output& output)
{
    docker::LogQuery query;
    query.follow = true;
    auto stream = co_await docker::logs(client, present.id, std::move(query), present.tty);
    if (stream.has_error())
        co_return stream.error();
    if (auto printed = co_await output.read(*stream); printed.has_error())
        co_return printed.error();
    auto exit = co_await docker::watch_exit(client, present.id, false);
    co_return exit;
}

/// Whether the kernel ended it for its memory.
inline boost::asio::awaitable<bool> killed_for_memory(docker::Client& client, std::string id, std::int64_t code)
{
    constexpr std::int64_t killed = 128 + 9;
    if (code != killed)
        co_return false;
    const auto inspected = co_await docker::inspect(client, std::move(id));
    co_return inspected.has_value() && docker::state_in(*inspected).oom_killed;
}

} // namespace forager::docker_work
