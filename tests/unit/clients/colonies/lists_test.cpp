#include "colony_world.hpp"

#include "clients/colonies/calls/channels.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::colonies;
using namespace forager::test;

namespace {

struct Listing : ColonyWorld {
    explicit Listing(std::string_view list) : ColonyWorld{reply_of(list)}
    {
        client.on_left_out([this](std::string_view text) { said.emplace_back(text); });
    }

    std::vector<std::string> said;
};

} // namespace

TEST_CASE("a record that cannot be read is left out of a list, and told of once with its name")
{
    Listing world{R"([{"processid":"a","spec":7},{"processid":"b"},7])"};
    for (int i = 0; i < 2; ++i) {
        const auto list = world.run(get_processes(world.caller(), {})).value();
        REQUIRE(list.size() == 1);
        CHECK(list[0].id == "b");
    }
    REQUIRE(world.said.size() == 2);
    CHECK(world.said[0] ==
          "the colony's list has what cannot be read: the record with processid 'a' is left out of the answer to "
          "getprocessesmsg: the colony server sent a record that this version cannot read: 'process.spec' has the type "
          "integer instead of table");
    CHECK(world.said[1].find("a record without a name") != std::string::npos);
}

TEST_CASE("no more than a hundred of them are told of")
{
    std::string list = "[";
    for (int i = 0; i < 150; ++i)
        list += std::string{i == 0 ? "" : ","} + R"({"processid":")" + std::to_string(i) + R"(","spec":7})";
    Listing world{list + "]"};
    CHECK(world.run(get_processes(world.caller(), {})).value().empty());
    CHECK(world.said.size() == 100);
}

TEST_CASE("what is no list at all is a failure")
{
    Listing world{R"({"processid":"a"})"};
    CHECK(refusal_of(world.run(get_processes(world.caller(), {})).error()) == Refusal::nonsense);
    CHECK(world.said.empty());
}

TEST_CASE("in a channel each entry counts by its place: one that cannot be read is the failure of all")
{
    Listing world{R"([{"sequence":1},{"sequence":"two"}])"};
    CHECK(refusal_of(world.run(read_channel(world.caller(), "p", "c", 0, 0)).error()) == Refusal::nonsense);
    CHECK(world.said.empty());
}

TEST_CASE("the heads of processes are read whatever the rest is")
{
    Listing world{R"([{"processid":"a","assignedexecutorid":"e","state":1,"retries":2,"spec":7}])"};
    ProcessHead head;
    head.id = "a";
    head.executor_id = "e";
    head.state = ProcessState::running;
    head.retries = 2;
    CHECK(world.run(get_process_heads(world.caller(), {})).value() == std::vector{head});
    CHECK(world.run(get_running_heads(world.caller(), "c", "e")).value() == std::vector{head});
    CHECK(world.last().call == "getprocesshistmsg");
    CHECK(part<std::string>(world.last().payload, "executorid") == "e");
    CHECK(part<std::int64_t>(world.last().payload, "seconds") > 365LL * 24 * 3600);
}
