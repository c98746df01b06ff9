#include "sources/colony/shares.hpp"

#include <doctest/doctest.h>

using namespace forager::colony;

namespace {

struct Counting final : Shares::Listener {
    int changes = 0;
    void shares_changed() override { ++changes; }
};

} // namespace

TEST_CASE("the machine is shared in the order of the asking, whoever asks")
{
    Shares shares;
    const Share machine{2000, 100};
    const auto first = shares.take({1500, 10});
    const auto second = shares.take({1500, 10});
    const auto third = shares.take({100, 10});
    CHECK(shares.taken() == Share{3100, 30});
    CHECK(shares.has_turn(first, machine));
    CHECK_FALSE(shares.has_turn(second, machine));
    CHECK_FALSE(shares.has_turn(third, machine)); // else the second might never have one
    shares.give_back(first);
    CHECK(shares.has_turn(second, machine));
    CHECK(shares.has_turn(third, machine));
    shares.give_back(second);
    shares.give_back(second);
    shares.give_back(third);
    CHECK(shares.taken() == Share{});
}

TEST_CASE("what fits into no machine has its turn alone, and memory waits for memory only")
{
    Shares shares;
    const Share machine{2000, 100};
    const auto greedy = shares.take({9000, 0});
    const auto other = shares.take({0, 100});
    const auto late = shares.take({0, 1});
    CHECK(shares.has_turn(greedy, machine));
    CHECK(shares.has_turn(other, machine));
    CHECK_FALSE(shares.has_turn(late, machine));
    CHECK(shares.has_turn(late, {2000, 0})); // not known
}

TEST_CASE("a share of nothing is none, and those who listen hear of all others")
{
    Shares shares;
    Counting counting;
    shares.listen(counting);
    CHECK(shares.take({}) == 0);
    shares.give_back(0);
    CHECK(shares.has_turn(0, {1, 1}));
    CHECK(counting.changes == 0);
    shares.give_back(shares.take({1, 0}));
    CHECK(counting.changes == 2);
    shares.leave(counting);
    (void)shares.take({1, 0});
    CHECK(counting.changes == 2);
}
