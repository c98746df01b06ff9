#include "core/broker_event.hpp"

#include <algorithm>

namespace forager {

Result<std::optional<BrokerEvent>> BrokerEvent::parse(std::string_view event)
{
    constexpr std::string_view stream = "redis-stream";
    const std::size_t end = std::min(event.find(':'), event.size());
    const std::string_view kind = event.substr(0, end);
    if (kind != "redis" && kind != "mqtt" && kind != stream)
        return std::optional<BrokerEvent>{};
    BrokerEvent parsed;
    parsed.is_stream = kind == stream;
    parsed.broker = parsed.is_stream ? "redis" : kind;
    parsed.pattern = event.substr(std::min(end + 1, event.size()));
    if (parsed.pattern.empty())
        return Failure{Errc::bad_arguments, "'" + std::string{event} +
                                                "' names nothing: as in \"redis:orders.*\", \"mqtt:rooms/+/door\" and "
                                                "\"redis-stream:jobs\" a pattern or a name stands behind the colon"};
    return std::optional{std::move(parsed)};
}

} // namespace forager
