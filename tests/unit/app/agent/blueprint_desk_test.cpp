#include "app/agent/blueprint_desk.hpp"

#include "asked_colony.hpp"
#include "primitives/replicas/deployments.hpp"
#include "replica_world.hpp"
#include "result_text.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <doctest/doctest.h>

#include <algorithm>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// A server that knows blueprints, an engine in memory, and the agent between them.
class Lab {
public:
    Lab()
    {
        serve();
        asio::co_spawn(context(), keeper.run(),
                       asio::bind_cancellation_slot(end_.slot(), [this](const std::exception_ptr&) { ended_ = true; }));
    }
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    ~Lab()
    {
        turns.cancel();
        end_.emit(asio::cancellation_type::all);
        (void)colony.run(until([this] { return ended_ && turns.empty(); }));
    }

    void add(const std::string& name, std::int64_t replicas, std::int64_t generation = 1, Object status = {})
    {
        blueprints[name] = {{"blueprintid", "0123456789abcdef" + name},
                            {"kind", "ExecutorDeployment"},
                            {"metadata", Object{{"name", name}, {"colonyname", "c"}, {"generation", generation}}},
                            {"spec", Object{{"replicas", replicas}, {"executorType", "reader"}, {"image", "one"}}},
                            {"status", std::move(status)}};
    }

    Object reconciled(const std::string& name = {}, bool force = false)
    {
        ReconcileWish wish;
        wish.kind = "ExecutorDeployment";
        wish.executor_type = "fleet";
        wish.name = name;
        wish.force = force;
        return colony.run(desk.reconcile(wish)).value();
    }

    // Of the only result.
    Object result(const std::string& name = {}, bool force = false)
    {
        const auto results = part<Array>(reconciled(name, force), "results");
        REQUIRE(results.size() == 1);
        return *results.front().get<Object>();
    }

    void look() { REQUIRE(colony.run(desk.look())); }

    std::size_t running(const std::string& name) const
    {
        const auto found = runtime.of.find({"colony", "c", "ExecutorDeployment", name});
        return found == runtime.of.end() ? 0 : found->second.size();
    }

    bool waits_for(std::function<bool()> condition) { return colony.run(until(std::move(condition))); }

    Object told(const std::string& name) const { return part<Object>(blueprints.at(name), "status"); }

    asio::io_context& context() { return colony.world.context; }

    AskedColony colony;
    std::map<std::string, Object> blueprints;
    std::string definitions = R"([{"kind":"BlueprintDefinition","metadata":{"name":"d"},"spec":{"names":
        {"kind":"ExecutorDeployment"},"handler":{"executorType":"fleet","functionName":"reconcile"}}}])";
    std::vector<std::string> said;
    Fuse fuse;
    SystemRandom random{1};
    MemoryRuntime runtime{colony.world.clock, fuse};
    MemoryIdentities identities{fuse};
    KeptDocuments documents;
    RuntimeAccess access = [this](reconcile::Runtime wanted) -> Result<ReplicaRuntime*> {
        return wanted == reconcile::Runtime::docker ? Result<ReplicaRuntime*>{&runtime}
                                                    : Failure{Errc::refused, "there is none"};
    };
    TaskGroup turns{context().get_executor()};
    replicas::Deployments deployments{{context().get_executor(), colony.world.clock, random, access, identities}};
    reconciling::DocumentKeeper keeper{{context().get_executor(), colony.world.clock, random, documents,
                                        [this](asio::awaitable<void> work) { turns.spawn("turn", std::move(work)); },
                                        [this](const std::string& kind) -> Result<Reconciler*> {
                                            return kind == "ExecutorDeployment"
                                                       ? Result<Reconciler*>{&deployments}
                                                       : Failure{Errc::not_found, "nobody keeps " + kind};
                                        },
                                        [this](const reconcile::Document& document) { desk.changed(document); },
                                        [this](const std::string& message) { said.push_back(message); },
                                        [this](const std::string& message) { said.push_back(message); }}};
    BlueprintDesk desk{{context().get_executor(), colony.world.clock, keeper,
                        [this]() -> Result<ColonyMember*> { return &colony.member; }, access, identities, handlers(),
                        "c", [this](const std::string& message) { said.push_back(message); },
                        [this](const std::string& message) { said.push_back(message); }}};

private:
    static std::vector<BlueprintHandler> handlers()
    {
        BlueprintHandler handler;
        handler.type = "fleet";
        handler.name = "edge";
        return {handler};
    }

    void serve()
    {
        colony.on["getblueprintdefinitionsmsg"] = [this](const Heard&) { return reply_of(definitions); };
        colony.on["getblueprintsmsg"] = [this](const Heard&) {
            Array all;
            for (const auto& [name, blueprint] : blueprints)
                all.emplace_back(blueprint);
            return reply_of(to_json(Value{std::move(all)}));
        };
        colony.on["getblueprintmsg"] = [this](const Heard& call) {
            const auto found = blueprints.find(part<std::string>(call.payload, "name"));
            return found == blueprints.end() ? refusal_of_server(404, "Blueprint not found")
                                             : reply_of(to_json(Value{found->second}));
        };
        colony.on["updateblueprintstatusmsg"] = [this](const Heard& call) {
            const auto found = blueprints.find(part<std::string>(call.payload, "blueprintname"));
            if (found == blueprints.end())
                return refusal_of_server(404, "Blueprint not found");
            found->second.set("status", part<Object>(call.payload, "status"));
            return reply_of("{}");
        };
        colony.on["getexecutorsmsg"] = [this](const Heard&) {
            Array all;
            for (const auto& [name, key] : identities.registered)
                all.emplace_back(Object{{"executorname", name}, {"state", 1}});
            return reply_of(to_json(Value{std::move(all)}));
        };
    }

    asio::awaitable<bool> until(std::function<bool()> condition)
    {
        const TimePoint deadline = colony.world.clock.now() + 20s;
        while (!condition() && colony.world.clock.now() < deadline)
            co_await sleep_for(colony.world.clock, 10ms);
        co_return condition();
    }

    asio::cancellation_signal end_;
    bool ended_ = false;
};

} // namespace

TEST_CASE("a process makes the world as its blueprint says, and the server hears how it is")
{
    Lab lab;
    lab.add("web", 2);
    const Object answer = lab.reconciled();
    CHECK(part<std::string>(answer, "kind") == "ExecutorDeployment");
    CHECK(part<std::int64_t>(answer, "count") == 1);
    CHECK(lab.running("web") == 2);
    const Object status = lab.told("web");
    CHECK(part<std::string>(status, "phase") == "Running");
    CHECK(part<std::string>(status, "reconciler") == "edge");
    CHECK(part<std::int64_t>(status, "runningInstances") == 2);
    const Object again = lab.result();
    CHECK(part<std::string>(again, "action") == "status_updated");
    CHECK(part<bool>(again, "success"));
    CHECK(lab.runtime.made == 2);
}

TEST_CASE("another spec is followed, a smaller one too")
{
    Lab lab;
    lab.add("web", 3);
    CHECK(part<std::string>(lab.result(), "action") == "reconciled");
    lab.add("web", 1, 2, lab.told("web"));
    CHECK(part<std::string>(lab.result("web"), "action") == "reconciled");
    CHECK(lab.running("web") == 1);
    CHECK(part<std::int64_t>(lab.told("web"), "generation") == 2);
}

TEST_CASE("what is forced is made anew once, whether its process or the agent's own look comes first")
{
    Lab lab;
    lab.add("web", 1);
    (void)lab.result();
    lab.add("web", 1, 2, lab.told("web"));
    CHECK(part<std::string>(lab.result("web", true), "action") == "force_reconciled");
    CHECK(lab.waits_for([&] { return lab.runtime.made == 2; }));
    lab.look();
    CHECK(lab.runtime.made == 2);
    lab.add("web", 1, 3, lab.told("web"));
    lab.look();
    CHECK(lab.waits_for([&] { return lab.runtime.made == 3; }));
    CHECK(part<std::string>(lab.result("web", true), "action") != "force_reconciled");
    CHECK(lab.runtime.made == 3);
    CHECK(part<std::string>(lab.result("web", true), "action") == "force_reconciled"); // somebody calls the function
}

TEST_CASE("without a process it takes what it had before, and what nobody else is asked for")
{
    Lab lab;
    lab.add("mine", 1, 1, {{"reconciler", "edge"}, {"lastUpdated", "x"}});
    lab.add("new", 1);
    lab.look();
    CHECK(lab.waits_for([&] { return lab.running("mine") == 1; }));
    CHECK(lab.running("new") == 0);
}

TEST_CASE("what another reconciler sees to is left to it")
{
    Lab lab;
    lab.add("web", 1, 1, {{"reconciler", "other"}, {"lastUpdated", "x"}});
    const Object left = lab.result();
    CHECK(part<std::string>(left, "action") == "left");
    CHECK(part<std::string>(left, "reconciler") == "other");
    CHECK(part<bool>(left, "success"));
    CHECK(lab.running("web") == 0);
    CHECK(part<std::string>(lab.told("web"), "reconciler") == "other");
}

TEST_CASE("a blueprint that cannot be is told in its status, and fails no other one")
{
    Lab lab;
    lab.add("bad", 1);
    lab.blueprints["bad"].set("spec", Object{{"replicas", -1}, {"executorType", "x"}, {"image", "one"}});
    lab.add("good", 1);
    const auto results = part<Array>(lab.reconciled(), "results");
    REQUIRE(results.size() == 2);
    CHECK_FALSE(part<bool>(*results.front().get<Object>(), "success"));
    CHECK(part<std::string>(*results.front().get<Object>(), "error").find("spec.replicas") != std::string::npos);
    CHECK(part<std::string>(lab.told("bad"), "message").find("spec.replicas") != std::string::npos);
    CHECK(part<bool>(*results.back().get<Object>(), "success"));
    CHECK(lab.running("good") == 1);
}

TEST_CASE("what the colony has no more goes, and not when the colony only cannot say")
{
    Lab lab;
    lab.add("web", 2);
    (void)lab.result();
    lab.blueprints.clear();
    lab.colony.on["getblueprintmsg"] = [](const Heard&) { return refusal_of_server(500, "pq: broken"); };
    lab.look();
    CHECK(lab.running("web") == 2);
    lab.colony.on["getblueprintmsg"] = [](const Heard&) { return refusal_of_server(404, "Blueprint not found"); };
    lab.look();
    CHECK(lab.waits_for([&] { return lab.running("web") == 0 && lab.identities.registered.empty(); }));
}

TEST_CASE("a list that cannot be read removes nothing")
{
    Lab lab;
    lab.add("web", 1);
    (void)lab.result();
    lab.colony.on["getblueprintsmsg"] = [](const Heard&) { return refusal_of_server(503, "later"); };
    CHECK_FALSE(lab.colony.run(lab.desk.look()));
    CHECK(lab.running("web") == 1);
}

TEST_CASE("a cleanup removes what is left, and nothing of a blueprint that is there again")
{
    Lab lab;
    lab.add("web", 2);
    (void)lab.result();
    CHECK(part<std::string>(lab.colony.run(lab.desk.clean_up("ExecutorDeployment", "web")).value(), "status")
              .find("has the blueprint again") != std::string::npos);
    CHECK(lab.running("web") == 2);
    lab.blueprints.clear();
    CHECK(lab.colony.run(lab.desk.clean_up("ExecutorDeployment", "web")).value() ==
          Object{{"status", "cleanup completed"}});
    CHECK(lab.running("web") == 0);
    CHECK(lab.colony.run(lab.desk.clean_up("ExecutorDeployment", "web"))); // nothing is left: fine
}

TEST_CASE("replicas that an agent before has left are removed with their executors, strangers' are not")
{
    Lab lab;
    const reconcile::Key key{"colony", "c", "ExecutorDeployment", "old"};
    reconcile::Deployment wanted;
    wanted.key = key;
    NewReplica ours;
    ours.name = "old-1";
    ours.executor = "old-1-1";
    lab.identities.registered[ours.executor] = key;
    NewReplica strange;
    strange.name = "old-2";
    strange.executor = "unknown";
    REQUIRE(lab.colony.run(lab.runtime.start(wanted, ours)));
    REQUIRE(lab.colony.run(lab.runtime.start(wanted, strange)));
    lab.look();
    CHECK(lab.runtime.of[key].size() == 1);
    CHECK(lab.runtime.of[key].contains("old-2"));
    CHECK(lab.identities.registered.empty());
}

TEST_CASE("a document that comes with a process is kept without asking the server")
{
    Lab lab;
    ReconcileWish wish;
    wish.kind = "ExecutorDeployment";
    wish.resource = Object{{"apiVersion", "v1"},
                           {"kind", "ExecutorDeployment"},
                           {"metadata", Object{{"name", "web"}, {"namespace", "c"}, {"uid", "abcdef0123"}}},
                           {"spec", Object{{"replicas", 2}, {"executorType", "reader"}, {"image", "one"}}}};
    REQUIRE(lab.colony.run(lab.desk.reconcile(wish)));
    CHECK(lab.running("web") == 2);
    CHECK(lab.runtime.env.begin()->first.starts_with("web-abcdef01-"));
    CHECK(lab.colony.count("getblueprintsmsg") == 0);
}

TEST_CASE("a definition that names another executor type is nobody's business here")
{
    Lab lab;
    lab.add("web", 1, 1, {{"reconciler", "edge"}});
    lab.definitions = R"([{"metadata":{"name":"d"},"spec":{"names":{"kind":"ExecutorDeployment"},
        "handler":{"executorType":"other"}}}])";
    lab.look();
    CHECK(lab.running("web") == 0);
    CHECK(lab.colony.count("getblueprintsmsg") == 0);
}
