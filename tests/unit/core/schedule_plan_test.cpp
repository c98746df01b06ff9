#include "core/schedule_plan.hpp"

#include "io/time_zone.hpp"
#include "result_text.hpp"
#include "utc.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Times = std::vector<std::string>;

SchedulePlan plan(const char* text, Missed missed, const char* settled)
{
    return {CronExpression::parse(text).value(), find_time_zone("UTC").value(), missed, utc(settled)};
}

Times take_all(SchedulePlan& plan)
{
    Times times;
    while (const auto time = plan.pending()) {
        times.push_back(utc_text(*time));
        plan.settle();
    }
    return times;
}

} // namespace

TEST_CASE("a run is pending from its time on, and settled once")
{
    SchedulePlan hourly = plan("0 * * * *", Missed::skip, "2026-07-05 12:30");
    hourly.look(utc("2026-07-05 12:59"));
    CHECK_FALSE(hourly.pending());
    CHECK(hourly.next() == utc("2026-07-05 13:00"));
    CHECK_FALSE(hourly.look(utc("2026-07-05 13:00")).lost_from);
    CHECK(hourly.settled() == utc("2026-07-05 12:30"));
    CHECK(take_all(hourly) == Times{"2026-07-05 13:00"});
    CHECK(hourly.settled() == utc("2026-07-05 13:00"));
    hourly.look(utc("2026-07-05 13:00") + 30s);
    CHECK_FALSE(hourly.pending());
}

TEST_CASE("missed runs are skipped, run once or run all, and what is lost is told")
{
    const WallTime now = utc("2026-07-05 15:20");
    SchedulePlan skip = plan("0 * * * *", Missed::skip, "2026-07-05 12:30");
    CHECK(skip.look(now).lost_from == utc("2026-07-05 13:00"));
    CHECK_FALSE(skip.pending());
    CHECK(skip.settled() == utc("2026-07-05 15:00"));

    SchedulePlan once = plan("0 * * * *", Missed::once, "2026-07-05 12:30");
    CHECK(once.look(now).lost_from == utc("2026-07-05 13:00"));
    CHECK(take_all(once) == Times{"2026-07-05 15:00"});

    SchedulePlan all = plan("0 * * * *", Missed::all, "2026-07-05 12:30");
    CHECK_FALSE(all.look(now).lost_from);
    CHECK(take_all(all) == Times{"2026-07-05 13:00", "2026-07-05 14:00", "2026-07-05 15:00"});
}

TEST_CASE("a skipped schedule still runs when it is only late")
{
    SchedulePlan skip = plan("0 * * * *", Missed::skip, "2026-07-05 11:30");
    CHECK(skip.look(utc("2026-07-05 13:01")).lost_from == utc("2026-07-05 12:00"));
    CHECK(take_all(skip) == Times{"2026-07-05 13:00"});
}

TEST_CASE("a run that could not be handed over waits, and the next one takes its place unless all are wanted")
{
    for (const Missed missed : {Missed::skip, Missed::once, Missed::all}) {
        SchedulePlan daily = plan("0 3 * * *", missed, "2026-07-05 02:00");
        daily.look(utc("2026-07-05 03:00"));
        daily.look(utc("2026-07-05 09:00"));
        CHECK(daily.pending() == utc("2026-07-05 03:00"));
        const auto news = daily.look(utc("2026-07-06 03:00"));
        CHECK(news.lost_from.has_value() == (missed != Missed::all));
        CHECK(take_all(daily).size() == (missed == Missed::all ? 2 : 1));
        CHECK(daily.settled() == utc("2026-07-06 03:00"));
    }
}

TEST_CASE("of ten years of missed minutes the latest hundred run, without counting all of them")
{
    SchedulePlan all = plan("* * * * *", Missed::all, "2016-07-05 00:00");
    CHECK(all.look(utc("2026-07-05 12:00")).lost_from == utc("2016-07-05 00:01"));
    const Times times = take_all(all);
    CHECK(times.size() == SchedulePlan::most_runs);
    CHECK(times.front() == "2026-07-05 10:21");
    CHECK(times.back() == "2026-07-05 12:00");

    SchedulePlan rare = plan("0 0 29 2 *", Missed::once, "2001-01-01 00:00");
    rare.look(utc("2026-07-05 12:00"));
    CHECK(take_all(rare) == Times{"2024-02-29 00:00"});
}

TEST_CASE("a clock that falls back repeats no run, and one that was far ahead does not stop the schedule for ever")
{
    SchedulePlan minutes = plan("* * * * *", Missed::once, "2026-07-05 11:59");
    minutes.look(utc("2026-07-05 12:00"));
    CHECK(take_all(minutes).size() == 1);
    CHECK_FALSE(minutes.look(utc("2026-07-05 09:00")).set_back);
    minutes.look(utc("2026-07-05 12:00") + 59s);
    CHECK_FALSE(minutes.pending());
    minutes.look(utc("2026-07-05 12:01"));
    CHECK(take_all(minutes) == Times{"2026-07-05 12:01"});

    CHECK(minutes.look(utc("2026-07-01 00:00")).set_back);
    CHECK(minutes.settled() == utc("2026-07-01 00:00"));
    CHECK(minutes.next() == utc("2026-07-01 00:01"));
}
