#include "scripting/session.hpp"

#include "script_world.hpp"

#include <doctest/doctest.h>

namespace forager::test {

namespace {

struct Talking : ScriptWorld {
    explicit Talking(std::string_view text = "") : session{script(text).shared_from_this(), invocation, observer}
    {
        begin(running, session.run());
    }
    ~Talking()
    {
        session.close();
        finish(running);
    }

    Outcome say(std::string text, std::int64_t line = 1) { return run(session.evaluate(std::move(text), line)); }
    Value data(std::string text) { return say(std::move(text)).value().at(1); }
    Value text(std::string text) { return say(std::move(text)).value().at(0); }

    scripting::Session session;
    Begun<Outcome> running;
};

} // namespace

TEST_CASE_FIXTURE(Talking, "an input gives its values as text and as data")
{
    CHECK(run(session.ready()).has_value());
    CHECK(text("'a', 1.5, nil, { 'b', c = { true } }") == Value{"a\n1.5\nnil\n{ \"b\", c = { true } }"});
    CHECK(data("'a', nil") == Value{Array{Value{"a"}, Value{}}});
    CHECK(data("7") == Value{7});
    CHECK(say("x = 7").value() == Outputs{Value{}, Value{}});
    CHECK(data("x, _G.forager.version ~= nil") == Value{Array{Value{7}, Value{true}}});
}

TEST_CASE_FIXTURE(Talking, "what is no data is shown, and bounded")
{
    run(session.ready());
    CHECK(text("{ f = print }").get<std::string>()->starts_with("{ f = function"));
    CHECK(data("print").get<std::string>()->starts_with("function"));
    CHECK(say("t = {} t.t = t").has_value());
    CHECK(text("t") == Value{"{ t = (itself) }"});
    CHECK(text("{ a = { '\\n\\1\"' } }") == Value{"{ a = { \"\\n\\001\\\"\" } }"});
    CHECK(say("n = {} for i = 1, 1e5 do n[i] = i end").has_value());
    CHECK(text("n").get<std::string>()->ends_with("… 99900 more\n}"));
    CHECK(text("('x'):rep(1e6)").get<std::string>()->size() < 100'000);
}

TEST_CASE_FIXTURE(Talking, "a failure has the place in the input, and the session goes on")
{
    run(session.ready());
    const auto failed = say("\nnobody()", 41);
    CHECK(failed.error().where == "stdin:42");
    CHECK(say("return +").error().code == Errc::script);
    CHECK(data("1") == Value{1});
}

TEST_CASE_FIXTURE(Talking, "an input that is interrupted ends as cancelled, and others go on")
{
    run(session.ready());
    CHECK(say("t = forager.spawn(function() forager.sleep '1h' return 'slept' end)").has_value());
    for (const char* endless : {"forager.sleep '1d'", "while true do pcall(forager.sleep, '1s') end"}) {
        Begun<Outcome> begun;
        begin(begun, session.evaluate(endless, 1));
        clock.run_for(io, std::chrono::seconds{10});
        session.interrupt();
        finish(begun);
        CHECK(begun.value->error().code == Errc::cancelled);
    }
    CHECK(data("t:join()") == Value{"slept"});
    session.interrupt(); // nothing runs
    CHECK(data("1") == Value{1});
}

TEST_CASE_FIXTURE(Talking, "tasks outlive their input, and end with the session")
{
    run(session.ready());
    CHECK(say("ended = 0 forager.spawn(function() local e <close> = setmetatable({}, { __close = function() "
              "print 'closed' end }) forager.sleep '1d' end)")
              .has_value());
    CHECK(observer.lines.empty());
    session.close();
    finish(running);
    CHECK(observer.lines == std::vector<std::string>{"closed"});
    CHECK_FALSE(say("1").has_value());
}

TEST_CASE_FIXTURE(Talking, "a task whose failure nobody hears of is told")
{
    run(session.ready());
    CHECK(say("forager.spawn(function() forager.sleep '1s' error 'oh no' end)", 3).has_value());
    clock.run_for(io, std::chrono::seconds{2});
    CHECK(observer.lines == std::vector<std::string>{"a task failed: stdin:3: oh no"});
    CHECK(data("1") == Value{1});
}

TEST_CASE("a script that fails at its beginning fails the session")
{
    struct Failing : Talking {
        Failing() : Talking{"error 'not today'"} {}
    } world;
    CHECK(world.run(world.session.ready()).error().message == "not today");
}

} // namespace forager::test
