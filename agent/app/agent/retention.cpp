#include "app/agent/retention.hpp"

#include "core/age_calendar.hpp"

namespace forager {

namespace asio = boost::asio;

asio::awaitable<void> keep_forgetting(store::RecordTable& records, Clock& clock, store::Retention retention)
{
    constexpr Duration pause = std::chrono::minutes{1};
    AgeCalendar calendar{retention.age};
    for (;;) {
        const auto more = co_await records.forget(retention, calendar.now(clock.wall(), clock.now()));
        if (!more || !*more)
            co_await sleep_for(clock, pause);
    }
}

} // namespace forager
