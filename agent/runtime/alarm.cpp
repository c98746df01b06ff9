#include "runtime/alarm.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration longest_trust = std::chrono::seconds{60}; // in a calendar's clock that somebody may set

} // namespace

Alarm alarm_after(const Clock& clock, Duration length)
{
    return {clock.wall() + length, clock.now() + length, clock.boot()};
}

TimePoint due(const Clock& clock, const Alarm& alarm)
{
    if (alarm.boot == clock.boot())
        return alarm.steady;
    return clock.now() + std::max(Duration{}, alarm.wall - clock.wall());
}

asio::awaitable<void> sleep_until(Clock& clock, Alarm alarm)
{
    const Duration most = alarm.boot == clock.boot() ? Duration::max() : longest_trust;
    for (TimePoint end = due(clock, alarm); end > clock.now(); end = due(clock, alarm)) {
        const Duration left = std::min(most, end - clock.now());
        co_await sleep_for(clock, left);
    }
}

Value to_value(const Alarm& alarm)
{
    return Object{{"wall", alarm.wall.time_since_epoch().count()},
                  {"steady", alarm.steady.time_since_epoch().count()},
                  {"boot", alarm.boot}};
}

Alarm alarm_from(const Value& value)
{
    const auto* object = value.get<Object>();
    if (object == nullptr)
        return {};
    return {WallTime{Duration{part<std::int64_t>(*object, "wall")}},
            TimePoint{Duration{part<std::int64_t>(*object, "steady")}}, part<std::string>(*object, "boot")};
}

std::string wall_text(WallTime time)
{
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

} // namespace forager
