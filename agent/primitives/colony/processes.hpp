// Processes of a colony, for functions and scripts: submitted, waited for, looked at, with values in and out. All on
// the strand; the member must outlive each call. Failures of all: unreachable, timed_out, refused, not_found, limit
// (the colony server could not be asked, or says no), and what is said at each.
#pragma once

#include "core/outcome.hpp"
#include "primitives/colony/member.hpp"
#include "primitives/colony/specification.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::colony_work {

/// The process as a table (see tables.hpp). Failures: bad_arguments. It is not known whether one whose answer was lost
/// was submitted.
boost::asio::awaitable<Result<Object>> submit(ColonyMember& member, ColonyCall call);

/// What a process gave, when it has ended: see `outcome_of`, and `ColonyMember::wait`; several outputs are a list.
/// Unlike that it begins with a failure when the server is not there now.
boost::asio::awaitable<Result<Value>> wait(ColonyMember& member, std::string process);

/// Submits, and waits: what it gave. When the caller is cancelled the process is, too, before this throws
/// `operation_aborted`, unless it is to `go_on`.
boost::asio::awaitable<Result<Value>> run(ColonyMember& member, ColonyCall call, bool go_on);

boost::asio::awaitable<Result<Object>> get(ColonyMember& member, std::string process);

/// One that waits or runs and is in no workflow.
boost::asio::awaitable<Result<void>> cancel(ColonyMember& member, std::string process);

/// `state`: waiting, running, succeeded, failed or cancelled, by default the first two; one of `executor` (a type),
/// `initiator` (a user's name) and `label`; `count`: at most so many, 100 by default, which is the most the server
/// gives at once. Failures: bad_arguments.
boost::asio::awaitable<Result<Array>> list(ColonyMember& member, Object query);

/// Lines that it has logged (see `log_lines`), the oldest first; `count` entries of the log at most, up to 500.
/// `latest`: the last ones instead of the first. `since`: seconds since 1970. Failures: bad_arguments.
boost::asio::awaitable<Result<Array>> logs(ColonyMember& member, std::string process, Object query);

/// What follows in a log: waits for more lines, or for the end of the process.
struct LogPart {
    Array lines;            ///< as `logs` gives them; empty: the process has ended, and all was read
    std::int64_t since = 0; ///< where to go on

    LogPart() = default;
};

boost::asio::awaitable<Result<LogPart>> next_lines(ColonyMember& member, std::string process, std::int64_t since);

/// For the executor that runs it, while it runs. Failures: refused, also for a key that is there.
boost::asio::awaitable<Result<void>> add_attribute(ColonyMember& member, std::string process, std::string key,
                                                   std::string value);

} // namespace forager::colony_work
