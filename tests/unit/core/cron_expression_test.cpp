#include "core/cron_expression.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

namespace {

// 2026-07-05 was a Sunday.
CalendarMinute at(int hour, int minute, int day = 5, int month = 7)
{
    return {minute, hour, day, month, (day + 2) % 7};
}

bool due(const char* text, CalendarMinute minute)
{
    return CronExpression::parse(text).value().matches(minute);
}

std::string refusal(const char* text)
{
    const auto cron = CronExpression::parse(text);
    REQUIRE_FALSE(cron);
    CHECK(cron.error().code == Errc::bad_arguments);
    return cron.error().message;
}

} // namespace

TEST_CASE("fields take numbers, lists, ranges, steps and names")
{
    CHECK(due("0 3 * * *", at(3, 0)));
    CHECK_FALSE(due("0 3 * * *", at(3, 1)));
    CHECK(due("*/15 * * * *", at(3, 45)));
    CHECK_FALSE(due("*/15 * * * *", at(3, 50)));
    CHECK(due("5,10-12 * * * *", at(0, 11)));
    CHECK(due("10-30/10 * * * *", at(0, 30)));
    CHECK_FALSE(due("10-30/10 * * * *", at(0, 40)));
    CHECK(due("50/5 * * * *", at(0, 55)));
    CHECK(due("0 0 * JUL sun", at(0, 0)));
    CHECK_FALSE(due("0 0 * jan *", at(0, 0)));
    CHECK(due("  0\t0  * * *  ", at(0, 0)));
    CHECK(due("59/2147483647 * * * *", at(0, 59)));
}

TEST_CASE("0 and 7 are both Sunday, and a week may end with it")
{
    CHECK(due("0 0 * * 0", at(0, 0)));
    CHECK(due("0 0 * * 7", at(0, 0)));
    CHECK(due("0 0 * * fri-sun", at(0, 0)));
    CHECK_FALSE(due("0 0 * * mon-fri", at(0, 0)));
}

TEST_CASE("of two restricted days one is enough")
{
    CHECK(due("0 0 1 * sun", at(0, 0)));
    CHECK(due("0 0 5 * mon", at(0, 0)));
    CHECK_FALSE(due("0 0 1 * mon", at(0, 0)));
    CHECK_FALSE(due("0 0 1 * *", at(0, 0)));
}

TEST_CASE("shorthands stand for whole expressions")
{
    CHECK(due("@hourly", at(7, 0)));
    CHECK(due("@Daily", at(0, 0)));
    CHECK_FALSE(due("@daily", at(7, 0)));
    CHECK(due("@weekly", at(0, 0)));
    CHECK(due("@yearly", at(0, 0, 1, 1)));
    CHECK(refusal("@reboot").starts_with("'@reboot' is not a schedule; there are @hourly, "));
}

TEST_CASE("a refusal names the field and what may stand there")
{
    CHECK(refusal("60 * * * *").starts_with("the minute '60' of a cron expression must be between 0 and 59"));
    CHECK(refusal("* 24 * * *").starts_with("the hour '24'"));
    CHECK(refusal("* * 0 * *").starts_with("the day of the month '0'"));
    CHECK(refusal("* * * foo *").starts_with("the month 'foo'"));
    CHECK(refusal("* * * * 8").starts_with("the day of the week '8'"));
    CHECK(refusal("0 3 * *").ends_with("but '0 3 * *' has 4"));
    CHECK(refusal("0 0 30 2 *").ends_with("names a day that none of its months has"));
    for (const char* text : {"", "5-1 * * * *", "*/0 * * * *", "1, * * * *", "-1 * * * *", "1- * * * *", "a * * * *"})
        CHECK_FALSE(CronExpression::parse(text));
}
