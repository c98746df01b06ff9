// How far each schedule has come, kept over restarts. Used by the cron source, on the strand.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace forager {

class Schedules {
public:
    virtual ~Schedules() = default;

    /// The time up to which all runs of the schedule are settled; nothing for one that was never seen. Failures:
    /// refused.
    virtual boost::asio::awaitable<Result<std::optional<WallTime>>> last(std::string name) = 0;

    /// Safe when it returns. Failures: limit, refused; then the earlier time still stands.
    virtual boost::asio::awaitable<Result<void>> remember(std::string name, WallTime time) = 0;
};

} // namespace forager
