#include "control/watchers.hpp"

#include "world.hpp"

#include <doctest/doctest.h>

namespace forager::test {

namespace {

using control::Watchers;
using News = Watchers::News;

struct Following : World {
    Watchers watchers;
    Watchers::Watcher lines{watchers, "a", News::line};
    Watchers::Watcher end{watchers, "a", News::end};
};

} // namespace

TEST_CASE_FIXTURE(Following, "who waits for a line hears of lines and of the end")
{
    for (const News news : {News::line, News::end}) {
        Begun<bool> begun;
        begin(begun, and_true(lines.news()));
        clock.run_for(io, {});
        CHECK_FALSE(begun.ended());
        watchers.tell("b", news);
        watchers.tell("a", news);
        finish(begun);
        CHECK(begun.value);
    }
}

TEST_CASE_FIXTURE(Following, "who waits for the end is not woken by lines")
{
    Begun<bool> begun;
    begin(begun, and_true(end.news()));
    watchers.tell("a", News::line);
    clock.run_for(io, {});
    CHECK_FALSE(begun.ended());
    watchers.tell("a", News::end);
    finish(begun);
    CHECK(begun.value);
}

TEST_CASE_FIXTURE(Following, "news that came before it was waited for is not missed, and told once")
{
    watchers.tell("a", News::line);
    watchers.tell("a", News::line);
    run(lines.news());
    Begun<bool> begun;
    begin(begun, and_true(lines.news()));
    clock.run_for(io, {});
    CHECK_FALSE(begun.ended());
    begun.cancel();
    finish(begun);
    CHECK(begun.thrown);
}

} // namespace forager::test
