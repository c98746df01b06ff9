// One child from its birth to its end: its bytes, its time, and what becomes of all that it has started. Used by the
// runner, on the strand. The one place that Boost.Process is in.
#pragma once

#include "io/process/launch.hpp"
#include "io/process/reaper.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace forager {

/// What a child's run uses of the runner, which outlives it.
struct Surroundings {
    boost::asio::any_io_executor executor;
    Clock& clock;
    Reaper& reaper;
    std::vector<char>& buffer;  ///< for all reads: each is used up in one step of the strand
    std::vector<pid_t>& strays; ///< takes the children that could not be killed
};

/// Sees `launched`, which runs `command`, to its end, as `ProcessRunner::run` says. Must be awaited by a coroutine of
/// its own, as it changes that one's cancellation state, and one that does not throw when it is cancelled.
boost::asio::awaitable<Result<Completed>> run_child(Surroundings around, Command command, TagPair tags,
                                                    Launched launched, TimePoint started);

/// Whether the awaiting coroutine has been asked to end.
boost::asio::awaitable<bool> cancelled();

[[noreturn]] void throw_cancelled();

} // namespace forager
