// Monitors of containers: who asks for them names what is expected of which containers, and which function is called
// when that is so no more. Kept over restarts; served by the monitor source, on the strand.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

/// Which containers: one by its name or id, or all that fit the prefix and the labels, each for itself.
struct MonitoredContainers {
    std::string name;   ///< a name, an id, or the beginning of one of at least 12 digits; empty: those that fit
    std::string prefix; ///< of the name
    std::vector<std::pair<std::string, std::string>> labels; ///< all of them; an empty value: any

    bool operator==(const MonitoredContainers&) const = default;
};

/// What is expected. All that is set must hold; a container that is away fails everything.
struct Expectation {
    std::string status = "running";       ///< as the engine says; "any": one that is there
    std::string health;                   ///< "healthy": of one that has a check; its "starting" is not held against it
    std::optional<std::int64_t> restarts; ///< by the engine's restart policy, at most
    std::optional<std::int64_t> memory;   ///< bytes, at most; looked at once in each interval
    std::optional<double> cpu;            ///< cores, at most; looked at once in each interval

    bool operator==(const Expectation&) const = default;
};

/// Its function is called with one positional argument, the event, and with `kwargs`. It is an object of
///   monitor    the monitor's name
///   ok         whether all is as expected; false after true means that it is so no more, true that it is so again
///   reason     what is not as expected, in words; empty when all is
///   container  { id, name, image, labels }; of one that is away only what is known of it
///   status     as the engine says: "running", "exited" …; "missing" when it is away
///   running    whether it is running
///   health     where it has a check
///   exit_code  of one that has ended, where the engine told of it
///   oom_killed the same
///   restarts, memory, cpu    where they are looked at
///   changes    how often it changed since the event before, this change included: more than 1 when damped; 0: none did
///   time       when it changed, in seconds since 1970
struct Monitor {
    std::string name; ///< nobody else's
    MonitoredContainers of;
    Expectation expect;
    Duration interval = std::chrono::seconds{10}; ///< the longest time between two looks, whatever the engine tells
    bool heartbeat = false;                       ///< an event after each interval without one
    bool once = false;    ///< ends with the first event of what is not as expected; else recoveries are told, too
    Duration damp{};      ///< a change is told when it has lasted for this long
    std::string function; ///< full name
    Object kwargs;
    std::string owner; ///< the script that declares it, and with which it goes; empty: it stays until it is removed

    bool operator==(const Monitor&) const = default;
};

struct MonitorStatus {
    Monitor monitor;
    std::size_t containers = 0;   ///< that it looks at
    std::optional<bool> ok;       ///< of all of them; nothing: none was looked at yet
    std::string reason;           ///< of the first that is not as expected
    std::uint64_t events = 0;     ///< told so far
    std::optional<WallTime> last; ///< when the last one was told
    bool over = false;            ///< a monitor that tells once, and has
    std::string trouble;          ///< why an event waits
};

class Monitors {
public:
    virtual ~Monitors() = default;

    /// Safe when it returns; looked at at once, and what is not as expected is told. One of the same name is replaced:
    /// with the same containers and expectation it goes on from what it has told, else it begins anew. Whether it is a
    /// new name. Failures: bad_arguments (what is asked for makes no sense), limit (there are too many), refused.
    virtual boost::asio::awaitable<Result<bool>> add(Monitor monitor) = 0;

    /// Safe when it returns: nothing of it is told any more. Whether there was one. Failures: refused (a script
    /// declares it: it goes with the declaration; the state file).
    virtual boost::asio::awaitable<Result<bool>> remove(std::string name) = 0;

    /// In the order of their names.
    virtual std::vector<MonitorStatus> list() const = 0;
};

/// Those of the agent. Failures: refused, with what to do where no agent runs.
using MonitorsAccess = std::function<Result<Monitors*>()>;

} // namespace forager
