// A colony as somebody who has work done there sees it: what is handed in becomes a process, which some executor runs,
// and which ends.
#pragma once

#include "base/time.hpp"
#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace forager {

/// What is handed in.
struct ColonyWork {
    std::string function; ///< full name
    std::vector<Value> args;
    Object kwargs;
    Object options;                   ///< who may run it, and when: `executor`, `priority`, … as a script gives them
    std::optional<Duration> patience; ///< how long it may wait for an executor
    std::optional<Duration> limit;    ///< of its running there
    std::string label;                ///< by which it is found again
};

class Colony {
public:
    virtual ~Colony() = default;

    /// Gives the id of its process. After the failures unreachable and timed_out there may be a process all the same;
    /// after others (refused, bad_arguments) there is none. A refusal whose `retry` is true may be a mistake of the
    /// server's start.
    virtual boost::asio::awaitable<Result<std::string>> submit(ColonyWork work) = 0;

    /// The process with this label, in whatever state; of several the oldest; nothing where there is none. Failures: as
    /// `submit`.
    virtual boost::asio::awaitable<Result<std::optional<std::string>>> find(std::string label) = 0;

    /// Waits for the end of a process, through times without a server. Failures are what became of it, with its id as
    /// `process` in their details: how it failed (with all that was said as `errors`), cancelled, not_found (the
    /// server has no such process any more).
    virtual boost::asio::awaitable<Outcome> wait(std::string process) = 0;

    /// Asks for its end. Failures: unreachable, timed_out, refused (it has ended).
    virtual boost::asio::awaitable<Result<void>> cancel(std::string process) = 0;
};

} // namespace forager
