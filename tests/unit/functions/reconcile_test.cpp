#include "functions/reconcile.hpp"

#include "result_text.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

class HeardWork final : public BlueprintWork {
public:
    boost::asio::awaitable<Result<Object>> reconcile(ReconcileWish wish) override
    {
        wishes.push_back(std::move(wish));
        co_return Object{{"count", 1}};
    }

    boost::asio::awaitable<Result<Object>> clean_up(std::string kind, std::string name) override
    {
        cleaned.push_back(kind + "/" + name);
        co_return Object{{"status", "cleanup completed"}};
    }

    std::vector<ReconcileWish> wishes;
    std::vector<std::string> cleaned;
};

struct ReconcileWorld : World {
    ReconcileWorld() { add_reconcile(registry, access); }

    Outcome call_with(std::string function, Object kwargs)
    {
        Invocation invocation = calling(std::move(function));
        invocation.kwargs = std::move(kwargs);
        invocation.env = {{"COLONIES_EXECUTOR_TYPE", "fleet"}};
        return call(std::move(invocation));
    }

    HeardWork work;
    BlueprintWorkAccess access = [this]() -> Result<BlueprintWork*> { return &work; };
};

} // namespace

TEST_CASE("a process of the colony says which blueprints are meant")
{
    ReconcileWorld world;
    for (const char* function : {"reconcile.reconcile", "reconcile.reconcile_executor_deployment"})
        REQUIRE(world.call_with(function, {{"kind", "ExecutorDeployment"}, {"blueprintName", "web"}, {"force", true}}));
    REQUIRE(world.work.wishes.size() == 2);
    const ReconcileWish& wish = world.work.wishes.back();
    CHECK(wish.kind == "ExecutorDeployment");
    CHECK(wish.name == "web");
    CHECK(wish.force);
    CHECK(wish.executor_type == "fleet");
    const auto all = world.call_with("reconcile.reconcile", {{"kind", "ExecutorDeployment"}});
    CHECK(all->front() == Value{Object{{"count", 1}}});
    CHECK(world.work.wishes.back().name.empty());
    CHECK_FALSE(world.work.wishes.back().force);
}

TEST_CASE("a document that comes with the process says its kind itself")
{
    ReconcileWorld world;
    REQUIRE(world.call_with("reconcile.reconcile_executor_deployment",
                            {{"resource", Object{{"kind", "ExecutorDeployment"}}}}));
    CHECK(world.work.wishes.back().kind == "ExecutorDeployment");
    CHECK(world.work.wishes.back().resource.has_value());
}

TEST_CASE("what is missing or unknown is said, and nothing is done")
{
    ReconcileWorld world;
    CHECK(world.call_with("reconcile.reconcile", {}).error().message.find("'kind'") != std::string::npos);
    CHECK(world.call_with("reconcile.reconcile", {{"kind", "X"}, {"blueprintname", "web"}})
              .error()
              .message.find("blueprintName") != std::string::npos);
    CHECK(world.call_with("reconcile.reconcile", {{"kind", 3}}).error().code == Errc::bad_arguments);
    CHECK(world.call_with("reconcile.cleanup", {{"kind", "X"}}).error().message.find("'blueprintName'") !=
          std::string::npos);
    CHECK(world.work.wishes.empty());
    CHECK(world.work.cleaned.empty());
}

TEST_CASE("a cleanup names what is gone")
{
    ReconcileWorld world;
    REQUIRE(world.call_with("reconcile.cleanup", {{"kind", "X"}, {"blueprintName", "web"}}));
    REQUIRE(world.call_with("reconcile.cleanup", {{"blueprintName", "web"}}));
    CHECK(world.work.cleaned == std::vector<std::string>{"X/web", "/web"});
}
