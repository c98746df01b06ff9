#include "primitives/colony/replica_identities.hpp"

#include "asked_colony.hpp"
#include "io/entropy.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace forager;
using namespace forager::test;

namespace {

reconcile::Deployment deployment(std::string origin = "colony")
{
    reconcile::Deployment wanted;
    wanted.key = {std::move(origin), "c", "ExecutorDeployment", "web"};
    wanted.id = "abcdef0123456789";
    wanted.generation = 3;
    wanted.replica.executor_type = "reader";
    return wanted;
}

struct Identities {
    AskedColony colony;
    SystemRandom random{1};
    colonies::PrivateKey owner = colonies::PrivateKey::generate();
    ColonyIdentities identities{[this]() -> Result<ColonyMember*> { return &colony.member; }, server(), random};

    static ColonyIdentities::Server server()
    {
        ColonyIdentities::Server server;
        server.host = "lab.example.org";
        server.port = 443;
        server.tls = true;
        return server;
    }

    Result<ReplicaIdentity> make(reconcile::Deployment wanted = deployment())
    {
        return colony.run(identities.make(std::move(wanted), "web-abcdef01-0"));
    }

    Result<std::vector<std::string>> of(reconcile::Deployment wanted = deployment())
    {
        return colony.run(identities.of(std::move(wanted)));
    }
};

std::map<std::string, std::string> variables(const ReplicaIdentity& identity)
{
    return {identity.env.begin(), identity.env.end()};
}

} // namespace

TEST_CASE("a replica is registered and approved by the owner, under its name and generation, with a key of its own")
{
    Identities world;
    world.colony.member.own_with(world.owner);
    world.colony.always("getblueprintmsg", R"({"blueprintid":"abcdef0123456789ffff","kind":"X","metadata":{}})");
    const auto made = world.make();
    REQUIRE(made);
    CHECK(made->executor == "web-abcdef01-0-3");
    const auto executor = part<Object>(world.colony.last("addexecutormsg"), "executor");
    CHECK(part<std::string>(executor, "blueprintid") == "abcdef0123456789ffff");
    CHECK(part<std::int64_t>(executor, "blueprintgen") == 3);
    CHECK(part<std::string>(executor, "executortype") == "reader");
    CHECK(part<std::string>(world.colony.last("approveexecutormsg"), "executorname") == "web-abcdef01-0-3");
    CHECK(world.colony.calls.back().signer == world.owner.id());
    auto env = variables(*made);
    CHECK(colonies::PrivateKey::from_hex(env["COLONIES_PRVKEY"])->id() == env["COLONIES_EXECUTOR_ID"]);
    CHECK(part<std::string>(executor, "executorid") == env["COLONIES_EXECUTOR_ID"]);
    CHECK(env["COLONIES_EXECUTOR_NAME"] == "web-abcdef01-0-3");
    CHECK(env["COLONIES_EXECUTOR_TYPE"] == "reader");
    CHECK(env["COLONIES_COLONY_NAME"] == "c");
    CHECK(env["COLONIES_SERVER_HOST"] == "lab.example.org");
    CHECK(env["COLONIES_CLIENT_HTTP_PORT"] == "443");
    CHECK(env["COLONIES_TLS"] == "true");
    CHECK(env["COLONIES_DEPLOYMENT"] == "web");
    CHECK(env["COLONIES_CONTAINER_NAME"] == "web-abcdef01-0");
}

TEST_CASE("a name that was used before gets digits behind it")
{
    Identities world;
    world.colony.member.own_with(world.owner);
    std::vector<std::string> names;
    world.colony.on["addexecutormsg"] = [&](const Heard& call) {
        names.push_back(part<std::string>(part<Object>(call.payload, "executor"), "executorname"));
        return names.size() < 3 ? refusal_of_server(400, "Executor with name x in Colony c already exists")
                                : reply_of("{}");
    };
    const auto made = world.make();
    REQUIRE(made);
    CHECK(names.front() == "web-abcdef01-0-3");
    CHECK(made->executor == names.back());
    CHECK(made->executor.size() == std::string{"web-abcdef01-0-3-12345"}.size());
    CHECK(names[1] != names[2]);
}

TEST_CASE("a document may say where its replicas find the server")
{
    Identities world;
    world.colony.member.own_with(world.owner);
    auto wanted = deployment();
    wanted.replica.env.emplace_back("COLONIES_SERVER_HOST", "host.docker.internal");
    auto env = variables(world.make(wanted).value());
    CHECK_FALSE(env.contains("COLONIES_SERVER_HOST"));
    CHECK(env["COLONIES_SERVER_PORT"] == "443");
}

TEST_CASE("without the owner's key a blueprint's replicas cannot be, and the agent's own have no identity")
{
    Identities world;
    const auto refused = world.make();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("owner_key") != std::string::npos);
    const auto plain = world.make(deployment(""));
    REQUIRE(plain);
    CHECK(plain->executor.empty());
    auto env = variables(*plain);
    CHECK(env["COLONIES_EXECUTOR_NAME"] == "web-abcdef01-0");
    CHECK_FALSE(env.contains("COLONIES_PRVKEY"));
    CHECK(world.colony.calls.empty());
}

TEST_CASE("what is no executor is not registered")
{
    Identities world;
    world.colony.member.own_with(world.owner);
    auto wanted = deployment();
    wanted.replica.executor_type.clear();
    const auto made = world.make(wanted);
    REQUIRE(made);
    CHECK(made->executor.empty());
    CHECK_FALSE(variables(*made).contains("COLONIES_EXECUTOR_NAME"));
    CHECK(world.colony.calls.empty());
}

TEST_CASE("those of a document are known by its id, and no stranger is among them")
{
    Identities world;
    world.colony.member.own_with(world.owner);
    world.colony.always("getexecutorsmsg", R"([
        {"executorname":"by-id","executortype":"reader","state":1,"blueprintid":"abcdef0123456789ffff"},
        {"executorname":"by-mark","executortype":"reader","state":1,"capabilities":{"hardware":null,"software":
            [{"name":"forager-replica","type":"ExecutorDeployment/web","version":"abcdef0123456789"}]}},
        {"executorname":"web-abcdef01-7-1","executortype":"reader","state":1},
        {"executorname":"web-abcdef01-8-1","executortype":"other","state":1},
        {"executorname":"web-1","executortype":"reader","state":1},
        {"executorname":"web-abcdef01-9-1","executortype":"reader","state":1,"blueprintid":"another"},
        {"executorname":"gone","executortype":"reader","state":3,"blueprintid":"abcdef0123456789"}])");
    CHECK(world.of().value() == std::vector<std::string>{"by-id", "by-mark", "web-abcdef01-7-1"});
}

TEST_CASE("one that is not there any more is removed")
{
    Identities world;
    world.colony.member.own_with(world.owner);
    CHECK(world.colony.run(world.identities.remove("web-1")));
    world.colony.on["removeexecutormsg"] = [](const Heard&) {
        return refusal_of_server(500, "Failed to remove executor, executor is nil");
    };
    CHECK(world.colony.run(world.identities.remove("web-1")));
    world.colony.on["removeexecutormsg"] = [](const Heard&) {
        return refusal_of_server(403, "Access denied, not colony owner");
    };
    CHECK_FALSE(world.colony.run(world.identities.remove("web-1")));
}

TEST_CASE("without a colony replicas are told what they are called")
{
    PlainIdentities identities;
    const auto made = run(identities.make(deployment(""), "web-0"));
    REQUIRE(made);
    CHECK(made->executor.empty());
    auto env = variables(*made);
    CHECK(env["COLONIES_EXECUTOR_NAME"] == "web-0");
    CHECK(env["EXECUTOR_TYPE"] == "reader");
    CHECK(env["COLONIES_COLONY_NAME"] == "c");
}
