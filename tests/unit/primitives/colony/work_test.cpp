#include "primitives/colony/work.hpp"

#include "colony_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

// A server that answers each call as the test says.
struct Server {
    using Answer = std::function<Reply(const Heard& call)>;

    explicit Server(Answer answer)
        : answer{std::move(answer)},
          world{[this](const std::string& request) {
              if (request.starts_with("GET /pubsub"))
                  return test::answer(404, "404 page not found");
              calls.push_back(heard(request.substr(request.find("\r\n\r\n") + 4)));
              return this->answer(calls.back());
          }},
          member{std::shared_ptr<colonies::Client>{&world.client, [](auto*) {}}, world.key, "c", world.clock}
    {
    }

    Answer answer;
    std::vector<Heard> calls;
    ColonyWorld world;
    ColonyMember member;
    MemberColony colony{member};
};

Reply process(const std::string& rest)
{
    return reply_of(R"({"processid":"p1",)" + rest + "}");
}

ColonyWork some_work()
{
    ColonyWork work;
    work.function = "there.work";
    work.args = {Value{7}};
    work.options = {{"executor", "gpu"}, {"cpu", 0.5}};
    work.label = "forager-1";
    return work;
}

} // namespace

TEST_CASE("what is handed in says who may run it, for how long, and by what it is found")
{
    Server server{[](const Heard&) { return process(R"("state":0)"); }};
    ColonyWork work = some_work();
    work.patience = 1500ms;
    work.limit = 1min;
    const auto id = server.world.run(server.colony.submit(work));
    REQUIRE(id);
    CHECK(*id == "p1");
    const auto spec = part<Object>(server.calls.at(0).payload, "spec");
    const auto conditions = part<Object>(spec, "conditions");
    CHECK(part<std::string>(spec, "funcname") == "there.work");
    CHECK(part<Array>(spec, "args") == Array{Value{7}});
    CHECK(part<std::string>(spec, "label") == "forager-1");
    CHECK(part<std::int64_t>(spec, "maxwaittime") == 2);
    CHECK(part<std::int64_t>(spec, "maxexectime") == 60);
    CHECK(part<std::int64_t>(spec, "maxretries") == 0);
    CHECK(part<std::string>(conditions, "executortype") == "gpu");
    CHECK(part<std::string>(conditions, "colonyname") == "c");
    CHECK(part<std::string>(conditions, "cpu") == "500m");
    work.options.set("priority", 1'000'000);
    CHECK(server.world.run(server.colony.submit(work)).error().code == Errc::bad_arguments);
    CHECK(server.calls.size() == 1);
}

TEST_CASE("refusals say whether there may be a process, and whether they may be a mistake of the server's start")
{
    const auto failure = [](Reply reply) {
        Server server{[reply](const Heard&) { return reply; }};
        return server.world.run(server.colony.submit(some_work())).error();
    };
    CHECK(failure(refusal_of_server(500, "dial tcp 127.0.0.1:5432: connect: connection refused")).code ==
          Errc::unreachable);
    CHECK(failure(answer(502, "<html>no gateway</html>")).code == Errc::unreachable);
    CHECK(failure(Reply{"", Reply::Then::close}).code == Errc::unreachable);
    const Failure doubtful = failure(refusal_of_server(403, "Access denied, not a member of Colony with name c"));
    CHECK(doubtful.code == Errc::refused);
    CHECK(doubtful.retry);
    CHECK_FALSE(failure(refusal_of_server(403, "Access denied, not colony owner")).retry);
}

TEST_CASE("a process is found by its label in whatever state, also one that moves on meanwhile")
{
    std::vector<std::int64_t> states;
    std::int64_t there = -1; // where it is
    std::size_t asks = 0;    // after so many it is there
    Server server{[&](const Heard& call) {
        states.push_back(part<std::int64_t>(call.payload, "state"));
        CHECK(part<std::string>(call.payload, "label") == "forager-1");
        const bool has = states.back() == there && states.size() > asks;
        return reply_of(has ? R"([{"processid":"p1","spec":{"label":"forager-1"}},)"
                              R"({"processid":"p2","spec":{"label":"another"}}])"
                            : "null");
    }};
    const auto find = [&](std::int64_t state, std::size_t after) {
        states.clear();
        there = state;
        asks = after;
        return server.world.run(server.colony.find("forager-1")).value();
    };
    for (const std::int64_t state : {0, 1, 2, 3, 4})
        CHECK(find(state, 0) == "p1");
    CHECK(find(0, 2) == "p1"); // it was taken back to waiting
    CHECK(find(-1, 0) == std::nullopt);
    CHECK(states == std::vector<std::int64_t>{0, 1, 2, 3, 4, 0});
}

TEST_CASE("the end of a process is what it gave, bytes included, or why there is nothing")
{
    Server good{[](const Heard&) { return process(R"("state":2,"out":[{"$base64":"AP8="}])"); }};
    CHECK(as_one(good.world.run(good.colony.wait("p1")).value()) == Value{std::string{"\0\xff", 2}});
    Server gone{[](const Heard&) { return refusal_of_server(404, "Failed to get process, process not found"); }};
    const Failure failure = gone.world.run(gone.colony.wait("p1")).error();
    CHECK(failure.code == Errc::not_found);
    CHECK_FALSE(failure.retry);
    CHECK(part<std::string>(failure.details, "process") == "p1");
    Server cancelled{[](const Heard&) { return process(R"("state":4)"); }};
    CHECK(cancelled.world.run(cancelled.colony.wait("p1")).error().code == Errc::cancelled);
}
