#include "app/agent/blueprint_reports.hpp"

#include "asked_colony.hpp"
#include "ports/within.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

struct Reports {
    AskedColony colony;
    Object status{{"phase", "Pending"}};
    bool is_kept = true;
    std::vector<std::string> warnings;
    const reconcile::Key key{"colony", "c", "ExecutorDeployment", "web"};
    BlueprintReports reports{{colony.world.context.get_executor(), colony.world.clock,
                              [this]() -> Result<ColonyMember*> { return &colony.member; },
                              [this](const reconcile::Key&) { return is_kept ? std::optional{status} : std::nullopt; },
                              [this](const std::string& message) { warnings.push_back(message); }}};

    std::size_t told() const { return colony.count("updateblueprintstatusmsg"); }

    // Its loop, for so long.
    void pass(Duration time)
    {
        (void)colony.run(within(colony.world.clock, colony.world.clock.now() + time, reports.run()));
    }
};

} // namespace

TEST_CASE("what has changed is told once, and nothing when it has not")
{
    Reports world;
    REQUIRE(world.colony.run(world.reports.tell(world.key)));
    REQUIRE(world.colony.run(world.reports.tell(world.key)));
    CHECK(world.told() == 1);
    CHECK(world.colony.last("updateblueprintstatusmsg") == Object{{"colonyname", "c"},
                                                                  {"blueprintname", "web"},
                                                                  {"status", Object{{"phase", "Pending"}}},
                                                                  {"msgtype", "updateblueprintstatusmsg"}});
    world.status = {{"phase", "Running"}};
    REQUIRE(world.colony.run(world.reports.tell(world.key)));
    CHECK(world.told() == 2);
    world.reports.tell_again(world.key);
    REQUIRE(world.colony.run(world.reports.tell(world.key)));
    CHECK(world.told() == 3);
}

TEST_CASE("many changes at once are told in one word")
{
    Reports world;
    for (int i = 0; i < 10; ++i)
        world.reports.touch(world.key);
    world.pass(100ms);
    CHECK(world.told() == 0);
    world.pass(700ms);
    CHECK(world.told() == 1);
    world.reports.touch(world.key); // nothing is new
    world.pass(700ms);
    CHECK(world.told() == 1);
}

TEST_CASE("of what is not kept any more nothing is told")
{
    Reports world;
    world.is_kept = false;
    world.reports.touch(world.key);
    world.pass(700ms);
    CHECK(world.told() == 0);
}

TEST_CASE("a server that does not hear it is told again, and the agent says so once")
{
    Reports world;
    world.colony.on["updateblueprintstatusmsg"] = [](const Heard&) { return refusal_of_server(500, "no"); };
    CHECK_FALSE(world.colony.run(world.reports.tell(world.key)));
    world.colony.always("updateblueprintstatusmsg", "{}");
    REQUIRE(world.colony.run(world.reports.tell(world.key)));
    CHECK(world.told() == 2);
}
