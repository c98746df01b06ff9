#include "sources/monitor/vigil.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::monitoring;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint begin{};

} // namespace

TEST_CASE("what is not as expected is news at once, and once")
{
    Vigil vigil{0s, true};
    CHECK_FALSE(vigil.seen());
    vigil.saw(true, begin);
    CHECK_FALSE(vigil.news(begin));
    vigil.saw(false, begin + 1s);
    CHECK(vigil.news(begin + 1s) == false);
    vigil.tell(false);
    vigil.saw(false, begin + 2s);
    CHECK_FALSE(vigil.news(begin + 9s));
    vigil.saw(true, begin + 10s);
    CHECK(vigil.news(begin + 10s) == true);
}

TEST_CASE("what was told by an earlier life is not told again")
{
    Vigil vigil{0s, false};
    vigil.saw(false, begin);
    CHECK_FALSE(vigil.news(begin));
    vigil.saw(true, begin + 1s);
    CHECK(vigil.news(begin + 1s) == true);
}

TEST_CASE("damped, a short absence is no news")
{
    Vigil vigil{5s, true};
    vigil.saw(true, begin);
    vigil.saw(false, begin + 10s);
    CHECK_FALSE(vigil.news(begin + 14s));
    CHECK(vigil.next() == begin + 15s);
    vigil.saw(true, begin + 11s);
    CHECK_FALSE(vigil.next());
    CHECK_FALSE(vigil.news(begin + 60s));
}

TEST_CASE("damped, what lasts is news, with one change")
{
    Vigil vigil{5s, true};
    vigil.saw(false, begin);
    CHECK(vigil.news(begin + 5s) == false);
    CHECK(vigil.changes() == 1);
}

TEST_CASE("damped, what never stays well is news once, and is well again when it has been for long enough")
{
    Vigil vigil{5s, true};
    vigil.saw(true, begin);
    TimePoint now = begin + 1min;
    for (int i = 0; i < 3; ++i) { // down for 1.5 s, up for 0.5 s
        vigil.saw(false, now);
        CHECK_FALSE(vigil.news(now));
        vigil.saw(true, now + 1500ms);
        now += 2s;
    }
    vigil.saw(false, now);
    CHECK(vigil.news(now) == false);
    CHECK(vigil.changes() == 7);
    vigil.tell(false);
    vigil.saw(true, now + 1s);
    CHECK_FALSE(vigil.news(now + 5s));
    vigil.saw(false, now + 5s);
    vigil.saw(true, now + 6s);
    CHECK_FALSE(vigil.news(now + 10s));
    CHECK(vigil.next() == now + 11s);
    CHECK(vigil.news(now + 11s) == true);
}

TEST_CASE("damped, a stay that was long enough begins anew")
{
    Vigil vigil{5s, true};
    vigil.saw(false, begin);
    vigil.saw(true, begin + 1s);
    vigil.saw(false, begin + 7s);
    CHECK_FALSE(vigil.news(begin + 7s));
    CHECK(vigil.next() == begin + 12s);
    CHECK(vigil.changes() == 1);
}
