// The monitors that there are, and what each has told, kept over restarts. Used by the monitor source, on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/monitors.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// What a monitor has told of one container.
struct ToldState {
    bool ok = true; ///< the last word; where nothing was told all is taken to be as expected
    std::uint64_t events = 0;
    std::optional<WallTime> last;
    std::optional<Object> pending; ///< the next event, which may or may not have reached the queue
};

struct KeptMonitor {
    Monitor monitor;
    std::map<std::string, ToldState> told; ///< by container; of a monitor of one it is called ""
};

class MonitorRecords {
public:
    virtual ~MonitorRecords() = default;

    /// What cannot be read is left out. Failures: refused.
    virtual boost::asio::awaitable<Result<std::vector<KeptMonitor>>> all() = 0;

    /// Safe when it returns; replaces one of the same name. `anew`: what it has told is forgotten. Failures: limit,
    /// refused.
    virtual boost::asio::awaitable<Result<void>> keep(Monitor monitor, bool anew) = 0;
    virtual boost::asio::awaitable<Result<void>> note(std::string monitor, std::string container, ToldState told) = 0;
    virtual boost::asio::awaitable<Result<void>> forget(std::string monitor) = 0;

    /// The same without waiting to be safe, after what was asked for before.
    virtual void keep_soon(Monitor monitor, bool anew) = 0;
    virtual void note_soon(std::string monitor, std::string container, ToldState told) = 0;
    virtual void forget_soon(std::string monitor) = 0;

    /// What was told of one of its containers.
    virtual void forget_one_soon(std::string monitor, std::string container) = 0;
};

} // namespace forager
