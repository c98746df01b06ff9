#include "primitives/kubernetes/shared_watch.hpp"

#include "kubernetes_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes_work;
using namespace forager::test;
using kubernetes::Change;

namespace {

const kubernetes::Place pods{kubernetes::usual_resources().front(), "default"};

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string pod(const std::string& name, int version)
{
    return R"({"metadata":{"namespace":"default","name":")" + name + R"(","uid":")" + name +
           R"(","resourceVersion":")" + std::to_string(version) + R"("}})";
}

// Lists two pods; a watch tells of one more, and then nothing.
Reply serve(const std::string& request)
{
    if (!holds(request, "watch=true"))
        return answer(200, R"({"metadata":{"resourceVersion":"5"},"items":[)" + pod("a", 3) + "," + pod("b", 4) + "]}");
    return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"type\":\"ADDED\",\"object\":" + pod("c", 6) +
                "}\n",
            Reply::Then::hang};
}

struct SharedWorld {
    std::shared_ptr<Subscription> subscribe(const std::string& labels = "")
    {
        return watches.subscribe(world.strand.executor(), pods, {labels, ""});
    }

    std::string next(Subscription& subscription)
    {
        auto change = world.run(subscription.next());
        return change.has_error() ? change.error().message : kubernetes::name_of(*change->object);
    }

    int requests(const std::string& part) const
    {
        int count = 0;
        for (const std::string& request : world.peer.requests())
            count += holds(request, part) ? 1 : 0;
        return count;
    }

    // Until all wait for something from outside.
    void settle()
    {
        world.strand.io.restart();
        while (world.strand.io.poll() > 0) {
        }
    }

    KubernetesWorld world{serve};
    SharedWatches watches{world.client, world.chance};
};

} // namespace

TEST_CASE("all who hear of one place share one watch, and a late one begins with what is there")
{
    SharedWorld shared;
    const auto first = shared.subscribe();
    const auto second = shared.subscribe();
    CHECK(shared.next(*first) == "a");
    const auto third = shared.subscribe();
    CHECK(shared.next(*first) == "b");
    CHECK(first->was_there());
    CHECK(shared.next(*first) == "c");
    CHECK_FALSE(first->was_there());
    for (const auto& other : {second, third, shared.subscribe()})
        for (const char* name : {"a", "b", "c"})
            CHECK(shared.next(*other) == name);
    CHECK(shared.requests("watch=true") == 1);
    CHECK(shared.requests("GET ") == 2);
    CHECK(shared.watches.size() == 1);
    const auto others = shared.subscribe("app=web");
    CHECK(shared.watches.size() == 2);
}

TEST_CASE("when the one who hears for all is cancelled, another one goes on")
{
    SharedWorld shared;
    const auto first = shared.subscribe();
    const auto second = shared.subscribe();
    for (const char* name : {"a", "b", "c"}) {
        CHECK(shared.next(*first) == name);
        CHECK(shared.next(*second) == name);
    }
    Started<Result<Change>> waiting;
    Started<Result<Change>> behind;
    shared.world.strand.start(waiting, first->next());
    shared.settle();
    shared.world.strand.start(behind, second->next());
    shared.settle();
    waiting.cancel();
    shared.world.strand.turn_until([&] { return waiting.ended() && shared.requests("watch=true") == 2; });
    CHECK(waiting.thrown);
    CHECK_FALSE(behind.ended());
    behind.cancel();
    shared.world.strand.turn_until([&] { return behind.ended(); });
    CHECK(behind.thrown);
}

TEST_CASE("the watch ends with the last one who hears")
{
    SharedWorld shared;
    auto only = shared.subscribe();
    CHECK(shared.next(*only) == "a");
    CHECK(shared.watches.size() == 1);
    only.reset();
    CHECK(shared.watches.size() == 0);
    auto again = shared.subscribe();
    CHECK(shared.next(*again) == "a");
}

TEST_CASE("a refusal reaches each one who hears")
{
    KubernetesWorld world{[](const std::string&) { return answer(403, status_text(403, "Forbidden", "no")); }};
    SharedWatches watches{world.client, world.chance};
    const auto first = watches.subscribe(world.strand.executor(), pods, {});
    const auto second = watches.subscribe(world.strand.executor(), pods, {});
    CHECK(world.run(first->next()).has_error());
    CHECK(world.run(second->next()).has_error());
}
