#include "sources/colony/enrolment.hpp"

#include "executor_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;
using namespace forager::test;

namespace {

constexpr const char* not_member = "Access denied, not a member of Colony with name c";

struct Enrolling : ExecutorWorld {
    Desk desk = ExecutorWorld::desk();
    Enrolment enrolment{desk};
    bool listed = true; ///< and approved

    Enrolling()
    {
        colony.on["getexecutorbyidmsg"] = [this](const Heard& call) {
            return listed ? colony.usual(call, "") : refusal_of_server(403, not_member);
        };
        colony.on["approveexecutormsg"] = [this](const Heard&) {
            listed = true;
            return reply_of("{}");
        };
    }

    void has_owner() { desk.who.owner = colonies::PrivateKey::generate(); }
    void name_is_taken_by(const std::string& id, int state = 3)
    {
        colony.on["addexecutormsg"] = [](const Heard&) {
            return refusal_of_server(400, "Executor with name edge-1 in Colony c already exists");
        };
        colony.on["getexecutorsmsg"] = [id, state](const Heard&) {
            return reply_of(R"([{"executorid":")" + id + R"(","executorname":"edge-1","state":)" +
                            std::to_string(state) + "}]");
        };
    }
    Result<bool> enrol() { return run(enrolment.enrol()); }
    std::string refusal()
    {
        const auto done = enrol();
        REQUIRE_FALSE(done);
        CHECK(done.error().code == Errc::bad_arguments); // the server is there
        CHECK_FALSE(is_away(done.error()));
        return done.error().message;
    }
    std::vector<std::string> told() const
    {
        std::vector<std::string> names;
        for (const Heard& call : colony.calls)
            if (call.call == "addfunctionmsg")
                names.push_back(part<std::string>(*call.payload.find("fun")->get<Object>(), "funcname"));
        return names;
    }
};

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("one that is on the list tells its functions")
{
    Enrolling world;
    CHECK_FALSE(world.enrol().value());
    CHECK(world.colony.count("addexecutormsg") == 0);
    CHECK(world.told() == std::vector<std::string>{"demo.work"});
    CHECK_FALSE(world.enrolment.has_news());
}

TEST_CASE("with the owner's key it puts itself on the list, with what the machine has")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    world.desk.settings.machine.capabilities.software = {{"forager", "agent", "1"}};
    CHECK(world.enrol().value());
    const Heard& added = *std::ranges::find(world.colony.calls, "addexecutormsg", &Heard::call);
    CHECK(added.signer == world.desk.who.owner->id());
    CHECK(holds(to_json(Value{added.payload}), R"("name":"forager")"));
    CHECK(world.listed);
    CHECK(world.log.size() == 1);
}

TEST_CASE("one of ours that was removed is brought back, another one's is left alone")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    world.name_is_taken_by("somebody else");
    CHECK(holds(world.refusal(), "belongs to another executor"));
    CHECK(world.colony.count("approveexecutormsg") == 0);
    world.name_is_taken_by(world.who.key.id());
    CHECK(world.enrol().value());
    CHECK(world.colony.count("approveexecutormsg") == 1);
}

TEST_CASE("one that the owner has rejected stays so, one that waits for approval is approved")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    world.name_is_taken_by(world.who.key.id(), 2);
    CHECK(holds(world.refusal(), "has rejected the executor edge-1"));
    world.colony.on.erase("addexecutormsg"); // servers that let a name be added again
    CHECK(holds(world.refusal(), "has rejected the executor edge-1"));
    CHECK(world.colony.count("addexecutormsg") == 0);
    CHECK(world.colony.count("approveexecutormsg") == 0);
    world.name_is_taken_by(world.who.key.id(), 0);
    CHECK(world.enrol().value());
}

TEST_CASE("one that offers nothing says so once, and again when it does so again")
{
    Enrolling world;
    world.desk.who.offer.functions = {"nosuch.*"};
    REQUIRE(world.enrol());
    REQUIRE(world.enrol());
    CHECK(world.desk.offers_nothing);
    REQUIRE(world.log.size() == 1);
    CHECK(holds(world.log[0], "the executor edge-1 offers no function"));
    world.desk.who.offer.functions = {"*"};
    REQUIRE(world.enrol());
    CHECK_FALSE(world.desk.offers_nothing);
    world.functions.clear();
    REQUIRE(world.enrol());
    CHECK(world.log.size() == 2);
}

TEST_CASE("a list that an unknown key may not read has no executor of that key")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    world.name_is_taken_by("whoever");
    world.colony.on["getexecutorsmsg"] = [](const Heard&) { return refusal_of_server(403, not_member); };
    CHECK(holds(world.refusal(), "give this one another name"));
    CHECK(world.colony.count("approveexecutormsg") == 0);
}

TEST_CASE("without the owner's key somebody else must do it, and hears how")
{
    Enrolling world;
    world.listed = false;
    CHECK(holds(world.refusal(), "--executorid " + world.who.key.id() + " --name NAME --type edge --approve"));
    CHECK(world.colony.count("addexecutormsg") == 0);
}

TEST_CASE("an executor that is registered otherwise than configured is refused")
{
    Enrolling world;
    world.colony.executor_type = "other";
    CHECK(holds(world.refusal(), "of type other, but the configuration says edge-1 of type edge"));
    world.colony.executor_type = "edge";
    world.colony.executor_name = "another";
    CHECK(holds(world.refusal(), "as executor another of type edge"));
    world.desk.who.name.clear(); // whatever it is called there
    REQUIRE(world.enrol());
    CHECK(world.desk.who.name == "another");
}

TEST_CASE("an older server is told of the executor in its own shape")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    std::size_t calls = 0;
    world.colony.on["addexecutormsg"] = [&](const Heard&) {
        return ++calls == 1 ? refusal_of_server(400, "Failed to add executor, invalid JSON") : reply_of("{}");
    };
    CHECK(world.enrol().value());
    CHECK(calls == 2);
}

TEST_CASE("an older server is told of functions in its own shape, of each once")
{
    Enrolling world;
    world.functions[0].doc = "does something";
    world.functions[0].parameters.push_back({"text", Type::string, {}});
    std::string kept = "null";
    world.colony.on["addfunctionmsg"] = [&](const Heard& call) {
        const auto& function = *call.payload.find("fun")->get<Object>();
        const auto args = part<Array>(function, "args");
        if (args.empty() || args[0].get<std::string>() == nullptr)
            return refusal_of_server(400, "Failed to add function, invalid JSON");
        kept = R"([{"functionid":"1","funcname":"demo.work","args":)" + to_json(Value{args}) + "}]";
        return reply_of("{}");
    };
    world.colony.on["getfunctionsmsg"] = [&](const Heard&) { return reply_of(kept); };
    REQUIRE(world.enrol());
    CHECK(world.colony.count("addfunctionmsg") == 2);
    CHECK_FALSE(world.enrolment.has_news());
    REQUIRE(world.enrol());
    CHECK(world.colony.count("addfunctionmsg") == 2);
    CHECK(world.colony.count("removefunctionmsg") == 0);
}

TEST_CASE("one that must register itself needs a name")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    world.desk.who.name.clear();
    CHECK(holds(world.refusal(), "set executor.name"));
    CHECK(world.colony.count("addexecutormsg") == 0);
}

TEST_CASE("a function of the list that cannot be read is left out, and said once")
{
    Enrolling world;
    std::vector<std::string> warned;
    world.client.on_left_out([&](std::string_view text) { warned.emplace_back(text); });
    world.colony.on["getfunctionsmsg"] = [](const Heard&) {
        return reply_of(R"([{"functionid":"1","funcname":7},{"functionid":"2","funcname":"demo.work"}])");
    };
    REQUIRE(world.enrol());
    REQUIRE(world.enrol());
    CHECK(world.told().empty());
    REQUIRE(warned.size() == 1);
    CHECK(holds(warned[0], "functionid '1'"));
    CHECK(holds(warned[0], "function.funcname"));
}

TEST_CASE("a location is told with the executor, and put on the colony's list when it lacks there")
{
    Enrolling world;
    world.listed = false;
    world.has_owner();
    world.desk.who.location = "cellar";
    world.desk.settings.machine.position = {22.5, 65, "under the house"};
    world.colony.on["getlocationsmsg"] = [](const Heard&) { return reply_of(R"([{"name":"attic"}])"); };
    CHECK(world.enrol().value());
    const auto& executor = *world.colony.last("addexecutormsg").find("executor")->get<Object>();
    CHECK(part<std::string>(executor, "locationname") == "cellar");
    CHECK(executor.find("location") == nullptr);
    const auto& location = *world.colony.last("addlocationmsg").find("location")->get<Object>();
    CHECK(part<std::string>(location, "name") == "cellar");
    CHECK(part<double>(location, "long") == 22.5);
    CHECK(part<std::string>(location, "description") == "under the house");

    world.listed = false;
    world.colony.on["getlocationsmsg"] = [](const Heard&) { return reply_of(R"([{"name":"cellar"}])"); };
    CHECK(world.enrol().value());
    CHECK(world.colony.count("addlocationmsg") == 1);
    CHECK(world.log.back() == "the colony c has the executor edge-1 at location '', not at cellar, and cannot move it: "
                              "another name makes another executor");
}

TEST_CASE("what the machine has is told again when it is another, but not over what somebody else has said")
{
    Enrolling world;
    world.desk.settings.machine.capabilities.software = {{"forager", "agent", "2"}};
    std::string hardware = "null";
    world.colony.on["getexecutorbyidmsg"] = [&](const Heard&) {
        return reply_of(R"({"executorid":"x","executorname":"edge-1","executortype":"edge","colonyname":"c","state":1,)"
                        R"("capabilities":{"hardware":)" +
                        hardware + R"(,"software":[{"name":"forager","type":"agent","version":"1"}]}})");
    };
    REQUIRE(world.enrol());
    CHECK(world.colony.count("updateexecutormsg") == 1);
    hardware = R"([{"cpu":"4000m"}])";
    REQUIRE(world.enrol());
    CHECK(world.colony.count("updateexecutormsg") == 1);
    world.has_owner();
    REQUIRE(world.enrol());
    CHECK(world.colony.count("updateexecutormsg") == 2);
    world.colony.on["updateexecutormsg"] = [](const Heard&) { return refusal_of_server(403, "no"); };
    REQUIRE(world.enrol());
    CHECK(world.log.back().starts_with("the colony does not take what this machine has: "));
    world.colony.on["updateexecutormsg"] = [](const Heard&) { return refusal_of_server(503, "later"); };
    CHECK_FALSE(world.enrol());
}

TEST_CASE("what the server says in its trouble is handed on, and nothing is made of it")
{
    Enrolling world;
    world.has_owner();
    world.colony.on["getexecutorbyidmsg"] = [](const Heard&) { return refusal_of_server(503, "later"); };
    const auto done = world.enrol();
    REQUIRE_FALSE(done);
    CHECK(is_away(done.error()));
    CHECK(world.colony.count("addexecutormsg") == 0);
}

TEST_CASE("functions are offered by their full names, and those of its own family by the short ones; old ones go")
{
    Enrolling world;
    world.desk.who.offer = {"unix", {"unix.*", "demo.*"}, false};
    world.colony.executor_type = "unix";
    for (const char* name : {"unix.run", "other.hidden"}) {
        Function function;
        function.name = name;
        world.functions.push_back(function);
    }
    world.colony.on["getfunctionsmsg"] = [](const Heard&) {
        return reply_of(R"([{"functionid":"1","funcname":"demo.work"},{"functionid":"2","funcname":"demo.gone"}])");
    };
    REQUIRE(world.enrol());
    CHECK(world.told() == std::vector<std::string>{"unix.run", "run"});
    CHECK(world.colony.count("removefunctionmsg") == 1);
    CHECK(part<std::string>(world.colony.last("removefunctionmsg"), "functionid") == "2");
    world.functions.pop_back(); // one that was not offered
    CHECK_FALSE(world.enrolment.has_news());
    world.functions.pop_back();
    CHECK(world.enrolment.has_news());
}

TEST_CASE("only who put itself on the list goes off it")
{
    Enrolling world;
    REQUIRE(world.enrol());
    world.desk.enrolled = true;
    REQUIRE(world.run(world.enrolment.leave()));
    CHECK(world.colony.count("removeexecutormsg") == 0);
    world.has_owner();
    REQUIRE(world.run(world.enrolment.leave()));
    CHECK(world.colony.count("removeexecutormsg") == 1);
    CHECK_FALSE(world.desk.enrolled);
    REQUIRE(world.run(world.enrolment.leave()));
    CHECK(world.colony.count("removeexecutormsg") == 1);
}
