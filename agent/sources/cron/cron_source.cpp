#include "sources/cron/cron_source.hpp"

#include "io/time_zone.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// As in RFC 3339, to the second. Part of the idempotency keys: must stay as it is.
std::string utc_text(WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

Submission submission_of(const Schedule& schedule, WallTime time)
{
    Submission submission;
    submission.invocation.function = schedule.function;
    submission.invocation.args = schedule.args;
    submission.invocation.kwargs = schedule.kwargs;
    submission.invocation.source = "cron " + schedule.name;
    submission.priority = schedule.priority;
    submission.order_key = schedule.order_key;
    submission.idempotency_key = "cron " + schedule.name + " " + utc_text(time);
    return submission;
}

// A function that is not there may come with the next script; what else is pointless to try stays so.
bool is_final(const Failure& failure)
{
    return !failure.retry && failure.code != Errc::not_found;
}

constexpr const char* overlaps = "a run is due, and waits until the one before it has ended";
constexpr Duration look_again = std::chrono::seconds{1}; // whether it has

std::string consequence(Missed missed, bool pending)
{
    if (!pending)
        return "they are skipped";
    switch (missed) {
    case Missed::skip: return "all but the latest are skipped";
    case Missed::once: return "one run stands for all of them";
    case Missed::all: return "only the latest " + std::to_string(SchedulePlan::most_runs) + " take place";
    }
    return {};
}

} // namespace

struct CronSource::Entry {
    Schedule schedule;
    std::shared_ptr<const ZoneRules> zone;
    std::optional<SchedulePlan> plan; // once its last time is known
    std::optional<WallTime> remembered;
    Backoff backoff{std::chrono::seconds{1}, std::chrono::seconds{60}};
    std::optional<TimePoint> retry_at;
    std::string trouble;
    bool dropped = false; // from the list, while a run of it was put
};

CronSource::CronSource(const asio::any_io_executor& executor, Clock& clock, Random& random, Queue& queue,
                       Schedules& schedules, IsBusy is_busy, Tell tell)
    : clock_{clock},
      random_{random},
      queue_{queue},
      schedules_{schedules},
      is_busy_{std::move(is_busy)},
      tell_{std::move(tell)},
      nap_{executor, clock}
{
}

CronSource::~CronSource() = default;

Result<void> CronSource::set(std::vector<Schedule> schedules)
{
    std::vector<std::shared_ptr<Entry>> entries;
    std::set<std::string> names;
    for (Schedule& schedule : schedules) {
        auto zone = find_time_zone(schedule.zone);
        if (!zone)
            return Failure{Errc::bad_arguments, "schedule '" + schedule.name + "': " + zone.error().message};
        if (!names.insert(schedule.name).second)
            return Failure{Errc::bad_arguments, "the schedule '" + schedule.name + "' is declared twice"};
        auto entry = std::make_shared<Entry>();
        entry->schedule = std::move(schedule);
        entry->zone = *std::move(zone);
        entries.push_back(std::move(entry));
    }
    for (const std::shared_ptr<Entry>& entry : entries)
        for (const std::shared_ptr<Entry>& earlier : entries_)
            if (earlier->schedule.name == entry->schedule.name)
                inherit(*entry, *earlier);
    for (const std::shared_ptr<Entry>& earlier : entries_)
        earlier->dropped = true;
    entries_ = std::move(entries);
    nap_.wake();
    return {};
}

void CronSource::inherit(Entry& entry, const Entry& earlier) const
{
    if (!earlier.plan)
        return; // not looked at yet
    const Schedule& now = entry.schedule;
    const Schedule& before = earlier.schedule;
    entry.remembered = earlier.remembered;
    if (now.expression != before.expression || now.zone != before.zone) {
        const WallTime from = std::max(earlier.plan->settled(), clock_.wall());
        entry.plan.emplace(now.expression, entry.zone, now.missed, from);
    } else if (now.missed != before.missed) {
        entry.plan.emplace(now.expression, entry.zone, now.missed, earlier.plan->settled());
    } else {
        entry.plan = earlier.plan;
        entry.trouble = earlier.trouble;
    }
}

asio::awaitable<void> CronSource::run()
{
    for (;;) {
        const auto entries = entries_;
        for (const std::shared_ptr<Entry>& entry : entries)
            if (!entry->retry_at || *entry->retry_at <= clock_.now())
                co_await serve(entry);
        co_await nap_.until(next_look());
    }
}

asio::awaitable<void> CronSource::serve(std::shared_ptr<Entry> entry)
{
    if (!entry->plan) {
        const bool begun = co_await begin(entry);
        if (!begun)
            co_return;
    }
    // A run from before the beginning is known would be followed by a gap: after a death the next agent begins anew.
    if (!entry->remembered) {
        const bool known = co_await remember(entry);
        if (!known)
            co_return;
    }
    look(*entry);
    const bool put = co_await put_pending(entry);
    if (!put)
        co_return;
    const bool kept = co_await remember(entry);
    if (kept)
        recovered(*entry);
}

asio::awaitable<bool> CronSource::begin(std::shared_ptr<Entry> entry)
{
    const Schedule& schedule = entry->schedule;
    const auto last = co_await schedules_.last(schedule.name);
    if (!last)
        co_return trouble(*entry, "its last time cannot be read: " + last.error().message);
    entry->remembered = *last;
    entry->plan.emplace(schedule.expression, entry->zone, schedule.missed, last->value_or(clock_.wall()));
    co_return true;
}

void CronSource::look(Entry& entry)
{
    const std::string name = "schedule '" + entry.schedule.name + "'";
    const SchedulePlan::News news = entry.plan->look(clock_.wall());
    if (news.set_back)
        tell_(name + ": the clock was set back by more than a day; it goes on from the present");
    const bool said = entry.trouble == overlaps && entry.schedule.missed == Missed::once;
    if (news.lost_from && !said)
        tell_(name + ": runs were missed from " + utc_text(*news.lost_from) + " on; " +
              consequence(entry.schedule.missed, entry.plan->pending().has_value()));
}

// False when a run still waits for room.
asio::awaitable<bool> CronSource::put_pending(std::shared_ptr<Entry> entry)
{
    while (!entry->dropped && entry->plan->pending()) {
        const WallTime time = *entry->plan->pending();
        if (is_busy_(entry->schedule.order_key)) {
            if (!skips(*entry, time))
                co_return false;
        } else {
            const bool done = co_await put(entry, time);
            if (!done)
                co_return false;
        }
        entry->plan->settle();
        const bool kept = co_await remember(entry);
        if (!kept)
            co_return false;
    }
    co_return true;
}

asio::awaitable<bool> CronSource::put(std::shared_ptr<Entry> entry, WallTime time)
{
    Submission submission = submission_of(entry->schedule, time);
    const Result<Accepted> accepted = co_await queue_.put(std::move(submission));
    if (!accepted && !is_final(accepted.error()))
        co_return trouble(*entry, "its run of " + utc_text(time) + " waits: " + accepted.error().message);
    if (!accepted)
        tell_("schedule '" + entry->schedule.name + "': its run of " + utc_text(time) +
              " is given up: " + accepted.error().message);
    co_return true;
}

// Runs of one order key do not overlap: what is due meanwhile counts as missed.
bool CronSource::skips(Entry& entry, WallTime time)
{
    if (entry.schedule.missed == Missed::skip) {
        tell_("schedule '" + entry.schedule.name + "': its run of " + utc_text(time) +
              " is skipped: the one before it has not ended");
        return true;
    }
    (void)trouble(entry, overlaps);
    entry.retry_at = clock_.now() + look_again;
    return false;
}

// What is accepted but not remembered would be put again after a crash; its key makes that harmless, not for ever.
asio::awaitable<bool> CronSource::remember(std::shared_ptr<Entry> entry)
{
    const WallTime settled = entry->plan->settled();
    if (entry->dropped || entry->remembered == settled)
        co_return true;
    const Result<void> kept = co_await schedules_.remember(entry->schedule.name, settled);
    if (!kept)
        co_return trouble(*entry, "its last time cannot be kept: " + kept.error().message);
    entry->remembered = settled;
    co_return true;
}

bool CronSource::trouble(Entry& entry, const std::string& message)
{
    if (entry.trouble != message)
        tell_("schedule '" + entry.schedule.name + "': " + message);
    entry.trouble = message;
    entry.retry_at = clock_.now() + entry.backoff.next(random_.next());
    return false;
}

void CronSource::recovered(Entry& entry)
{
    if (!entry.trouble.empty())
        tell_("schedule '" + entry.schedule.name + "': goes on");
    entry.trouble.clear();
    entry.retry_at.reset();
    entry.backoff.reset();
}

TimePoint CronSource::next_look() const
{
    TimePoint next = entries_.empty() ? TimePoint::max() : clock_.now() + longest_nap;
    for (const std::shared_ptr<Entry>& entry : entries_)
        next = std::min(next, next_look_at(*entry));
    return next;
}

TimePoint CronSource::next_look_at(const Entry& entry) const
{
    if (entry.retry_at)
        return *entry.retry_at;
    const auto due = entry.plan ? entry.plan->next() : clock_.wall();
    return due ? clock_.now() + std::clamp<Duration>(*due - clock_.wall(), Duration{0}, longest_nap) : TimePoint::max();
}

std::vector<CronSource::Status> CronSource::list() const
{
    std::vector<Status> list;
    for (const std::shared_ptr<Entry>& entry : entries_) {
        Status status{entry->schedule.name, std::nullopt, std::nullopt, entry->trouble};
        if (entry->plan) {
            status.next = entry->plan->next();
            status.last = entry->plan->settled();
        }
        list.push_back(std::move(status));
    }
    return list;
}

} // namespace forager
