#include "primitives/colony/member.hpp"

#include "clients/colonies/types/process.hpp"
#include "colony_world.hpp"
#include "ports/within.hpp"
#include "primitives/colony/outcome.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

// A server that gives one answer after the other to who asks for a process, the last one again and again. It knows no
// subscriptions.
class Asked {
public:
    explicit Asked(std::vector<Reply> replies)
        : replies_{std::move(replies)},
          world{[this](const std::string& request) {
              if (request.starts_with("GET /pubsub"))
                  return answer(404, "404 page not found");
              return replies_[std::min(asked++, replies_.size() - 1)];
          }},
          member{std::shared_ptr<colonies::Client>{&world.client, [](auto*) {}}, world.key, "c", world.clock}
    {
    }

    Result<colonies::Process> wait() { return world.run(member.wait("p1")); }

private:
    std::vector<Reply> replies_;

public:
    std::size_t asked = 0;
    ColonyWorld world;
    ColonyMember member;
};

Reply process_in(int state, const std::string& more = "")
{
    return reply_of(R"({"processid":"p1","state":)" + std::to_string(state) + more + "}");
}

} // namespace

TEST_CASE("a wait gives the process when it has ended, whatever the server says until then")
{
    Asked colony{{process_in(0), refusal_of_server(500, "dial tcp 127.0.0.1:5432: connect: connection refused"),
                  Reply{"", Reply::Then::close},
                  refusal_of_server(403, "Access denied, not a member of Colony with name c"), process_in(1),
                  process_in(2, R"(,"out":["x"])")}};
    const auto process = colony.wait();
    REQUIRE(process);
    CHECK(process->state == colonies::ProcessState::successful);
    CHECK(process->out == Array{"x"});
    CHECK(colony.asked == 6);
}

TEST_CASE("a process that is not there ends the wait at once")
{
    Asked colony{{refusal_of_server(404, "Failed to get process, process not found")}};
    const auto process = colony.wait();
    REQUIRE_FALSE(process);
    CHECK(process.error().code == Errc::not_found);
    CHECK(colony.asked == 1);
}

TEST_CASE("a failure is read again while it has no errors, and once only")
{
    Asked late{{process_in(3), process_in(3, R"(,"errors":["disk full"])")}};
    CHECK(late.wait()->errors == std::vector<std::string>{"disk full"});
    Asked never{{process_in(3)}};
    CHECK(never.wait()->errors.empty());
    CHECK(never.asked == 2);
}

TEST_CASE("a wait can be cut short, and leaves nothing behind")
{
    Asked colony{{process_in(1)}};
    const auto work = [](Asked& colony) -> boost::asio::awaitable<bool> {
        const TimePoint soon = colony.world.clock.now() + 20ms;
        auto waiting = colony.member.wait("p1");
        const auto ended = co_await within(colony.world.clock, soon, std::move(waiting));
        co_return ended.has_value();
    };
    CHECK_FALSE(colony.world.run(work(colony)));
}

TEST_CASE("what became of a process is an outcome")
{
    colonies::Process process;
    process.id = "p1";
    process.spec.function = "demo.work";
    process.state = colonies::ProcessState::successful;
    process.out = {1, "two"};
    CHECK(outcome_of(process).value() == Outputs{1, "two"});

    process.state = colonies::ProcessState::failed;
    process.errors = {"disk full", "traceback"};
    const Failure failed = outcome_of(process).error();
    CHECK(failed.code_word() == "failed");
    CHECK(failed.message == "demo.work in the colony failed: disk full");
    CHECK(failed.details.find("errors")->get<Array>()->size() == 2);
    CHECK(part<std::string>(failed.details, "process") == "p1");

    process.errors = {"Maximum execution time limit exceeded"};
    CHECK(outcome_of(process).error().code == Errc::timed_out);
    process.state = colonies::ProcessState::cancelled;
    process.errors.clear();
    CHECK(outcome_of(process).error().code == Errc::cancelled);
}
