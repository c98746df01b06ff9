#include "sources/colony/holdings.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;

namespace {

Held running(std::int64_t cpu = 0, std::int64_t memory = 0)
{
    Held held;
    held.lease.cpu = cpu;
    held.lease.memory = memory;
    return held;
}

Held ended()
{
    Held held;
    held.outcome = Outputs{};
    return held;
}

} // namespace

TEST_CASE("what runs is counted with its wishes until it has ended, and what has ended until it is told")
{
    Shares shares;
    Holdings holdings{shares};
    holdings.add("a", running(500, 10));
    holdings.add("b", running(250, 5));
    CHECK(holdings.running() == 2);
    CHECK(shares.taken().cpu == 750);
    CHECK(shares.taken().memory == 15);
    holdings.finish("a", Outputs{});
    holdings.finish("unknown", Outputs{});
    CHECK(holdings.running() == 1);
    CHECK(holdings.untold() == 1);
    CHECK(shares.taken().cpu == 250);
    holdings.remove("a");
    holdings.remove("b");
    holdings.remove("b");
    CHECK(holdings.empty());
    CHECK(shares.taken().cpu == 0);
    CHECK(holdings.running() == 0);
    CHECK_FALSE(holdings.has_finished());
}

TEST_CASE("what is added again takes the place of what was there")
{
    Shares shares;
    Holdings holdings{shares};
    holdings.add("a", running(500));
    holdings.add("a", running(100));
    CHECK(shares.taken().cpu == 100);
    CHECK(holdings.running() == 1);
    holdings.add("a", ended());
    CHECK(holdings.running() == 0);
    CHECK(holdings.take_finished() == "a");
    CHECK_FALSE(holdings.take_finished());
}

TEST_CASE("the oldest is told first, and what could not be told stays the first")
{
    Shares shares;
    Holdings holdings{shares};
    holdings.add("a", ended());
    holdings.add("b", ended());
    CHECK(holdings.take_finished() == "a");
    holdings.put_back("a");
    CHECK(holdings.take_finished() == "a");
    CHECK(holdings.take_finished() == "b");
}

TEST_CASE("what was removed, or begun anew, since it was taken to be told is not put back")
{
    Shares shares;
    Holdings holdings{shares};
    holdings.add("a", ended());
    (void)holdings.take_finished();
    holdings.remove("a");
    holdings.put_back("a");
    CHECK_FALSE(holdings.has_finished());
    holdings.add("a", running());
    holdings.put_back("a");
    CHECK_FALSE(holdings.has_finished());
}
