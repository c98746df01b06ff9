#include "control/sessions.hpp"

#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

namespace forager::test {

using namespace std::chrono_literals;

namespace {

// One session of a client that reads all that it is told.
struct Opened : ScriptWorld {
    explicit Opened(control::SessionLimits limits)
        : sessions{{io.get_executor(), clock, [this](const std::string&) { return script("").shared_from_this(); },
                    [this] { return calls++ == 0 ? std::string{"s"} : "call " + std::to_string(calls); }},
                   limits},
          reply{sessions.open({}).value()}
    {
        CHECK(hear().find("ready") != std::string::npos);
    }
    ~Opened()
    {
        reply = {};
        run(sessions.end());
    }

    std::string hear() { return run(reply.stream->next()); }
    void say(std::string text) { REQUIRE(sessions.evaluate("s", std::move(text), 1)); }
    std::string answer_to(std::string text)
    {
        say(std::move(text));
        return hear();
    }

    int calls = 0;
    control::Sessions sessions;
    http::Reply reply;
};

control::SessionLimits idle_for(Duration idle)
{
    control::SessionLimits limits;
    limits.idle = idle;
    return limits;
}

control::SessionLimits with_output(std::size_t bytes)
{
    control::SessionLimits limits;
    limits.output = bytes;
    return limits;
}

boost::asio::awaitable<Outcome> printing(Observer& observer, const Invocation& invocation)
{
    observer.line(invocation, "a line");
    co_return Outputs{Value{7}};
}

// Counts how often its end was seen.
struct Ended {
    std::size_t& times;
    explicit Ended(std::size_t& count) : times{count} {}
    Ended(const Ended&) = delete;
    Ended& operator=(const Ended&) = delete;
    ~Ended() { ++times; }
};

boost::asio::awaitable<Outcome> sleeping(Clock& clock, std::size_t& ended)
{
    const Ended end{ended};
    co_await sleep_for(clock, 1h);
    co_return Outputs{};
}

bool holds(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a session without an input for too long is closed, and says so")
{
    Opened world{idle_for(1h)};
    world.clock.run_for(world.io, 59min);
    CHECK(holds(world.answer_to("1"), R"("result":1)"));
    world.clock.run_for(world.io, 59min);
    CHECK(world.sessions.list().size() == 1);
    world.clock.run_for(world.io, 2min);
    CHECK(world.sessions.list().empty());
    CHECK(holds(world.hear(), "closed after 1 h 00 m without an input"));
    CHECK(world.hear().empty());
}

TEST_CASE("a session is not idle while an input runs, and for its time after that")
{
    Opened world{idle_for(1h)};
    world.say("forager.sleep '5h'");
    world.clock.run_for(world.io, 5h + 59min);
    CHECK(world.sessions.list().size() == 1);
    world.clock.run_for(world.io, 2min);
    CHECK(world.sessions.list().empty());
}

TEST_CASE("a result that is larger than a session tells is refused, and the session goes on")
{
    Opened world{with_output(1000)};
    const std::string large = world.answer_to("('x'):rep(600)");
    CHECK(holds(large, "the result is larger than a session tells: show a part of it"));
    CHECK(large.size() < 400);
    CHECK(holds(world.answer_to("('x'):rep(400)"), "xxxx"));
}

TEST_CASE("a number that JSON cannot say is shown as text, with the reason")
{
    Opened world{{}};
    const std::string answer = world.answer_to("1 / 0");
    CHECK(holds(answer, R"("text":"inf")"));
    CHECK(holds(answer, "unsaid"));
    CHECK(holds(answer, "the result is an infinite number"));
}

TEST_CASE("a call tells what is seen of it, also to another observer, and then what came of it")
{
    Opened world{{}};
    http::Reply called =
        world.sessions.call(world.observer, [&](Observer& observer) { return printing(observer, world.invocation); });
    const std::string told = world.run(called.stream->next());
    CHECK(holds(told, R"("event":"line")"));
    CHECK(holds(told, R"("text":"a line")"));
    CHECK(told.ends_with("{\"event\":\"end\",\"result\":7}\n"));
    CHECK(world.run(called.stream->next()).empty());
    CHECK(world.observer.lines == std::vector<std::string>{"a line"});
}

TEST_CASE("a call ends when its client leaves, and when the agent stops it says so")
{
    Opened world{{}};
    std::size_t ended = 0;
    const auto work = [&](Observer&) { return sleeping(world.clock, ended); };
    http::Reply left = world.sessions.call(world.observer, work);
    http::Reply stays = world.sessions.call(world.observer, work);
    world.clock.run_for(world.io, 1s);
    left = {};
    world.clock.run_for(world.io, 1s);
    CHECK(ended == 1);
    world.run(world.sessions.end());
    CHECK(ended == 2);
    CHECK(holds(world.run(stays.stream->next()), "the agent stops"));
}

} // namespace forager::test
