#include "sources/kubernetes/object_events.hpp"

#include "io/entropy.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using kubernetes::Change;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

struct ListedQueue final : Queue {
    asio::awaitable<Result<Accepted>> put(Submission submission) override
    {
        if (trouble)
            co_return *trouble;
        keys.push_back(submission.idempotency_key + " | " + submission.order_key);
        co_return Accepted{"id"};
    }

    std::vector<std::string> keys;
    std::optional<Failure> trouble;
};

class World {
public:
    void take(const Change& change)
    {
        deliver(change, handlers, delivery);
        pass(1ms);
    }

    void pass(Duration time) { clock.run_for(io, time); }

    asio::io_context io{1};
    VirtualClock clock;
    SystemRandom random{1};
    ListedQueue queue;
    std::vector<std::string> called;
    std::vector<std::string> told;
    std::vector<ObjectHandler> handlers;
    EventDelivery delivery{{clock, random, queue, [this](Invocation invocation) { return call(std::move(invocation)); },
                            [this](const std::string& words) { told.push_back(words); },
                            [this](asio::awaitable<void> work) { asio::co_spawn(io, std::move(work), asio::detached); },
                            "of Kubernetes"}};

private:
    asio::awaitable<void> call(Invocation invocation)
    {
        const auto& event = *invocation.args.front().get<Object>();
        called.push_back(invocation.function + " " + part<std::string>(event, "type") + " " +
                         part<std::string>(event, "namespace") + "/" + part<std::string>(event, "name"));
        co_return;
    }
};

Change change(Change::Type type, const std::string& name, Object labels = {})
{
    return {type, std::make_shared<const Object>(Object{{"metadata", Object{{"name", name},
                                                                            {"namespace", "default"},
                                                                            {"uid", "u-" + name},
                                                                            {"resourceVersion", "7"},
                                                                            {"labels", std::move(labels)}}}})};
}

ObjectHandler handler(std::string function, std::optional<Change::Type> type = {})
{
    ObjectHandler handler;
    handler.function = std::move(function);
    handler.event = "k8s:pods";
    handler.type = type;
    return handler;
}

} // namespace

TEST_CASE("a change goes to those who want its type, its name and its labels")
{
    World world;
    ObjectHandler named = handler("named");
    named.name = "web-*";
    ObjectHandler labelled = handler("labelled");
    labelled.labels = {{"app", "web"}, {"tier", ""}};
    world.handlers = {handler("all"), handler("gone", Change::Type::deleted), named, labelled};
    world.take(change(Change::Type::added, "a"));
    world.take(change(Change::Type::deleted, "web-1", {{"app", "web"}}));
    world.take(change(Change::Type::modified, "b", {{"app", "web"}, {"tier", "front"}}));
    CHECK(world.called == std::vector<std::string>{"all added default/a", "all deleted default/web-1",
                                                   "gone deleted default/web-1", "named deleted default/web-1",
                                                   "all modified default/b", "labelled modified default/b"});
}

TEST_CASE("what gets the labels of a handler is added for it, and what loses them is deleted")
{
    World world;
    ObjectHandler labelled = handler("f");
    labelled.labels = {{"app", "web"}};
    ObjectHandler gone = labelled;
    gone.function = "gone";
    gone.type = Change::Type::deleted;
    world.handlers = {labelled, gone};
    const auto with = change(Change::Type::added, "a", {{"app", "web"}}).object;
    const auto without = change(Change::Type::added, "a", {{"app", "db"}}).object;
    world.take({Change::Type::modified, with, without});
    world.take({Change::Type::modified, with, with});
    world.take({Change::Type::modified, without, with});
    world.take({Change::Type::modified, without, without});
    CHECK(world.called == std::vector<std::string>{"f added default/a", "f modified default/a", "f deleted default/a",
                                                   "gone deleted default/a"});
}

TEST_CASE("a durable handler's event is put under a key of its own, until the queue has it")
{
    World world;
    ObjectHandler durable = handler("f");
    durable.durable = true;
    world.handlers = {durable};
    world.queue.trouble = Failure{Errc::limit, "the queue is full"};
    world.queue.trouble->retry = true;
    world.take(change(Change::Type::deleted, "a"));
    world.pass(10s);
    CHECK(world.told == std::vector<std::string>{"an event of Kubernetes waits: the queue is full"});
    world.queue.trouble.reset();
    world.pass(2min);
    CHECK(world.queue.keys == std::vector<std::string>{"k8s f u-a deleted 7 | f u-a"});
}
