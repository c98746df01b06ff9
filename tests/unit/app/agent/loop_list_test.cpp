#include "app/agent/loop_list.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("loops of one name are one, as the worst of them is")
{
    const auto list = by_name({{"outbox", LoopState::running, 1, "", {}},
                               {"queue", LoopState::running, 0, "", {}},
                               {"outbox", LoopState::running, 0, "it was lost", {}},
                               {"outbox", LoopState::sleeping, 2, "no server", {}},
                               {"outbox", LoopState::ended, 0, "", {}}});
    REQUIRE(list.size() == 2);
    CHECK(list[0].name == "outbox");
    CHECK(list[0].state == LoopState::sleeping);
    CHECK(list[0].last_error == "no server");
    CHECK(list[0].restarts == 3);
    CHECK(list[1].name == "queue");
}
