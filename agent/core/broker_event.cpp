#include "core/broker_event.hpp"

#include <algorithm>

namespace forager {

Result<std::optional<BrokerEvent>> BrokerEvent::parse(std::string_view event)
{
    constexpr std::string_view redis = "redis";
    constexpr std::string_view stream = "redis-stream";
    const std::size_t end = std::min(event.find(':'), event.size());
    const std::string_view kind = event.substr(0, end);
    if (kind != redis && kind != stream)
        return std::optional<BrokerEvent>{};
    BrokerEvent parsed;
    parsed.broker = redis;
    parsed.is_stream = kind == stream;
    parsed.pattern = event.substr(std::min(end + 1, event.size()));
    if (parsed.pattern.empty())
        return Failure{Errc::bad_arguments, parsed.is_stream ? "a stream has a name, as in \"redis-stream:jobs\""
                                                             : "a pattern of channels, as in \"redis:orders.*\", is "
                                                               "missing"};
    return std::optional{std::move(parsed)};
}

} // namespace forager
