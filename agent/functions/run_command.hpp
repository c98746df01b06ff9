// One command that a built-in function runs for an invocation: its lines are seen while it runs, and what it leaves in
// the background is ended with it.
#pragma once

#include "functions/lines_to_observer.hpp"
#include "primitives/command_scope.hpp"
#include "primitives/unix.hpp"

#include <boost/asio/awaitable.hpp>

#include <utility>

namespace forager {

/// As `run_checked`; all but `command` must outlive it.
inline boost::asio::awaitable<Result<Completed>> run_command(ProcessRunner& processes, const Invocation& invocation,
                                                             Observer& observer, Command command)
{
    LinesToObserver lines{invocation, observer};
    command.lines = &lines;
    CommandScope scope{processes};
    command.scope = scope.id();
    co_return co_await scope.around(run_checked(processes, std::move(command), true));
}

} // namespace forager
