#include "app/agent/retention.hpp"

#include "core/age_calendar.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration pause_between = std::chrono::minutes{1};
constexpr const char* nobodys = ""; // no script's values: a script's path is never empty
constexpr const char* calendar_key = "ages";

Value to_value(const AgeCalendar::Kept& kept)
{
    return Object{
        {"seen", kept.seen.time_since_epoch().count()}, {"ahead", kept.ahead.count()}, {"left", kept.left.count()}};
}

AgeCalendar::Kept kept_in(const Value& value)
{
    const auto* object = value.get<Object>();
    if (object == nullptr)
        return {};
    return {WallTime{Duration{part<std::int64_t>(*object, "seen")}}, Duration{part<std::int64_t>(*object, "ahead")},
            Duration{part<std::int64_t>(*object, "left")}};
}

// Nothing is forgotten before it is known how far the clock can be trusted.
asio::awaitable<std::optional<AgeCalendar::Kept>> kept_calendar(store::Store& store, Clock& clock)
{
    for (;;) {
        const auto found = co_await store.values().get(nobodys, calendar_key);
        if (found && *found)
            co_return kept_in(**found);
        if (found || found.error().code == Errc::bad_arguments) // unreadable: it is written anew
            co_return std::nullopt;
        co_await sleep_for(clock, pause_between);
    }
}

// Seldom: a disk that wears off is not written to for the time's sake.
bool is_worth_keeping(const AgeCalendar::Kept& now, const std::optional<AgeCalendar::Kept>& before)
{
    constexpr Duration seldom = std::chrono::hours{1};
    return !before || now.ahead != before->ahead || now.seen >= before->seen + seldom || now.seen < before->seen;
}

} // namespace

asio::awaitable<void> keep_forgetting(store::Store& store, Clock& clock, store::Retention retention, Served served)
{
    std::optional<AgeCalendar::Kept> kept = co_await kept_calendar(store, clock);
    AgeCalendar calendar{retention.age, kept};
    for (;;) {
        const WallTime now = calendar.now(clock.wall(), clock.now());
        bool safe = true;
        if (is_worth_keeping(calendar.kept(), kept)) {
            const auto done = co_await store.values().set(nobodys, calendar_key, to_value(calendar.kept()));
            safe = done.has_value();
            if (safe)
                kept = calendar.kept();
            store.files().forget_but(served.watches(), now, now - retention.age);
            store.schedules().forget_but(served.schedules(), now - retention.age);
        }
        bool more = false;
        if (safe) {
            const auto forgotten = co_await store.records().forget(retention, now);
            more = forgotten && *forgotten;
        }
        if (!more)
            co_await sleep_for(clock, pause_between);
    }
}

} // namespace forager
