// Which messages of a broker an event of a script is for: "redis:orders.*", "mqtt:a/+/b",
// "redis-stream:jobs". Pure.
#pragma once

#include "core/failure.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager {

struct BrokerEvent {
    std::string broker;  ///< "redis", "mqtt"
    std::string pattern; ///< of channels, in the broker's own form; of a stream its name
    bool is_stream = false;

    /// Nothing when it is for another source. Failures: bad_arguments (there is no pattern, a broker without streams).
    static Result<std::optional<BrokerEvent>> parse(std::string_view event);
};

} // namespace forager
