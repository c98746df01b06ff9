#include "scripting/listener.hpp"

#include "result_text.hpp"
#include "script_world.hpp"

#include <boost/asio/co_spawn.hpp>

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;
using scripting::Listener;

namespace {

// One handler of "redis:a.*", and what it writes with ctx:log.
class ListenerWorld : public ScriptWorld {
public:
    explicit ListenerWorld(const std::string& handler, Listener::Limits limits = {})
    {
        scripting::Script& made =
            script("local forager, ids = require 'forager', {}\nforager.on('redis:a.*', function(ctx, message)\n" +
                       handler + "\nend)",
                   Mode::load);
        if (auto loaded = run(made.run_main(invocation, observer)); !loaded)
            throw std::logic_error{loaded.error().message};
        listener = std::make_shared<Listener>(
            made.shared_from_this(), made.watchers.front(),
            Listener::Parts{calls, gate, clock, observer,
                            [this](const Invocation&, const Failure& failure) { failures.push_back(failure.message); },
                            [this](const std::string& message) { told.push_back(message); },
                            [this] { return "call" + std::to_string(++last_id_); }},
            limits);
    }

    ~ListenerWorld()
    {
        calls.cancel();
        run(calls.emptied());
    }

    void deliver(int from, int to)
    {
        std::vector<BrokerMessage> messages;
        for (int i = from; i <= to; ++i)
            messages.emplace_back("a.*", "a.b", std::to_string(i));
        listener->deliver(std::move(messages));
    }

    void settle() { clock.run_for(io, 0ms); }

    TaskGroup calls{io.get_executor()};
    Gate gate;
    std::vector<std::string> failures;
    std::vector<std::string> told;
    std::shared_ptr<Listener> listener;

private:
    int last_id_ = 0;
};

} // namespace

TEST_CASE("each message is one call, in their order, and many are one task")
{
    ListenerWorld world{"ids[ctx.id] = true; local n = 0; for _ in pairs(ids) do n = n + 1 end\n"
                        "ctx:log('%s %s %d', message.channel, message.payload, n)"};
    world.deliver(1, 600);
    world.settle();
    REQUIRE(world.observer.lines.size() == 600);
    CHECK(world.observer.lines.front() == "a.b 1 1");
    CHECK(world.observer.lines.back() == "a.b 600 3"); // others have had their turn in between
    CHECK(world.listener->handled() == 600);
    CHECK(world.listener->calls() == 0);
    CHECK(world.calls.empty());
}

TEST_CASE("the payload is data as well")
{
    ListenerWorld world{"ctx:log('%s', message:json().x)"};
    std::vector<BrokerMessage> messages;
    messages.emplace_back("a.*", "a.b", R"({"x":7})");
    messages.emplace_back("a.*", "a.b", "no JSON");
    world.listener->deliver(std::move(messages));
    world.settle();
    CHECK(world.observer.lines == std::vector<std::string>{"7"});
    REQUIRE(world.failures.size() == 1);
    CHECK(world.failures.front().find("JSON") != std::string::npos);
}

TEST_CASE("a call that waits holds up none behind it")
{
    ListenerWorld world{"if message.payload == '1' then forager.sleep('1s') end\n"
                        "ctx:log('%s', message.payload)"};
    world.deliver(1, 3);
    world.settle();
    CHECK(world.observer.lines == std::vector<std::string>{"2", "3"});
    CHECK(world.listener->calls() == 1);
    world.clock.run_for(world.io, 1s);
    CHECK(world.observer.lines.back() == "1");
    CHECK(world.listener->calls() == 0);
}

TEST_CASE("only so many calls go on at once, and what comes beyond the buffer is dropped and told of")
{
    Listener::Limits limits;
    limits.at_once = 2;
    limits.waiting = 3;
    ListenerWorld world{"forager.sleep('1s'); ctx:log('%s', message.payload)", limits};
    world.deliver(1, 2);
    world.settle();
    CHECK(world.listener->calls() == 2);
    world.deliver(3, 9);
    CHECK(world.listener->waiting() == 3);
    CHECK(world.listener->dropped() == 4);
    world.clock.run_for(world.io, 10s);
    CHECK(world.observer.lines == std::vector<std::string>{"1", "2", "3", "4", "5"});
    REQUIRE(world.told.size() == 2); // at once, and the rest when it is over
    CHECK(world.told[0].find("1 message was dropped") != std::string::npos);
    CHECK(world.told[1].find("3 messages were dropped") != std::string::npos);
}

TEST_CASE("bytes are bounded, too")
{
    Listener::Limits limits;
    limits.bytes = 13; // of channels and payloads
    limits.at_once = 1;
    ListenerWorld world{"forager.sleep('1s')", limits};
    std::vector<BrokerMessage> messages;
    messages.emplace_back("a.*", "a.b", "1234567");
    messages.emplace_back("a.*", "a.b", "12345678");
    messages.emplace_back("a.*", "a.b", "");
    world.listener->deliver(std::move(messages));
    CHECK(world.listener->dropped() == 1);
    CHECK(world.listener->waiting() == 2);
}

TEST_CASE("a call that fails is told of, and the next message is handled")
{
    ListenerWorld world{"if message.payload ~= '50' then error('no ' .. message.payload) end; ctx:log('done')"};
    world.deliver(1, 50);
    world.settle();
    CHECK(world.observer.lines == std::vector<std::string>{"done"});
    REQUIRE(world.failures.size() == 1); // the others within the same second are only counted
    CHECK(world.failures.front().find("no 1") != std::string::npos);
    world.clock.run_for(world.io, 2s);
    world.deliver(51, 51);
    world.settle();
    REQUIRE(world.failures.size() == 2);
    REQUIRE(world.told.size() == 1);
    CHECK(world.told.front().find("48 calls") != std::string::npos);
}

TEST_CASE("tasks that a call leaves are ended with it")
{
    ListenerWorld world{"forager.spawn(function() local _ <close> = setmetatable({}, { __close = function() "
                        "ctx:log('ended %s', message.payload) end }); forager.sleep('1h') end)"};
    world.deliver(1, 2);
    world.clock.run_for(world.io, 1s);
    CHECK(world.listener->calls() == 0);
    CHECK(world.calls.empty());
}

TEST_CASE("nothing begins while the gate is shut, and nothing is lost")
{
    ListenerWorld world{"ctx:log('%s', message.payload)"};
    world.gate.shut();
    world.deliver(1, 2);
    world.clock.run_for(world.io, 1s);
    CHECK(world.observer.lines.empty());
    world.gate.open();
    world.settle();
    CHECK(world.observer.lines == std::vector<std::string>{"1", "2"});
}

namespace {

// How many messages still wait when more may come.
std::size_t left_when_eased(ListenerWorld& world)
{
    std::optional<std::size_t> left;
    auto wait = [](Listener& listener, std::optional<std::size_t>& waiting) -> boost::asio::awaitable<void> {
        co_await listener.eased();
        waiting = listener.waiting();
    };
    boost::asio::co_spawn(world.io, wait(*world.listener, left), [](const std::exception_ptr&) {});
    world.settle();
    REQUIRE(left);
    return *left;
}

} // namespace

TEST_CASE("who reads faster than a handler computes is held up")
{
    ListenerWorld world{"ids[1] = message.payload"};
    world.deliver(1, 5000);
    CHECK(left_when_eased(world) <= 1024);
    CHECK(world.listener->handled() == 5000);
}

TEST_CASE("who reads is not held up by calls that wait")
{
    Listener::Limits limits;
    limits.at_once = 3;
    ListenerWorld world{"forager.sleep('1h')", limits};
    world.deliver(1, 5000);
    CHECK(left_when_eased(world) == 4997);
}

TEST_CASE("Lua that computes for ever ends when it is cancelled")
{
    ListenerWorld world{"while true do forager.sleep(0) end"};
    world.deliver(1, 1);
    for (int i = 0; i < 100; ++i)
        world.clock.turn(world.io);
    CHECK(world.listener->calls() == 1);
}
