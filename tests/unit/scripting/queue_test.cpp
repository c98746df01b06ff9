#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

// Writes down what it is asked, and knows one invocation.
class OneRecord final : public WorkQueue {
public:
    asio::awaitable<Result<Accepted>> submit(Submission submission) override
    {
        submissions.push_back(std::move(submission));
        co_return Accepted{"new", true};
    }

    asio::awaitable<Result<std::optional<Record>>> find(std::string id) override
    {
        co_return id == record.id ? std::optional{record} : std::nullopt;
    }

    asio::awaitable<Result<bool>> cancel(std::string id) override { co_return id == record.id && !record.ended; }

    asio::awaitable<Result<void>> signal(std::string id, std::string event, Value value) override
    {
        if (id != record.id)
            co_return Failure{Errc::not_found, "there is no such"};
        signals.emplace_back(std::move(event), std::move(value));
        co_return Result<void>{};
    }

    Record record;
    std::vector<Submission> submissions;
    std::vector<std::pair<std::string, Value>> signals;
};

struct QueueWorld : ScriptWorld {
    QueueWorld()
    {
        desk.record.id = "known";
        desk.record.function = "a.b";
        queue = [this] { return Result<WorkQueue*>{&desk}; };
    }

    Value gives(const std::string& text)
    {
        Outcome outcome = run_script("local queue = require('forager').queue\n" + text);
        REQUIRE(outcome);
        return as_one(*outcome);
    }

    OneRecord desk;
};

} // namespace

TEST_CASE("work is submitted with all that belongs to it")
{
    QueueWorld world;
    CHECK(world.gives(R"(return queue.submit("a.b", { args = { 1, "x" }, kwargs = { y = true }, key = "k", priority = 3,
        idempotency_key = "i", delay = "1h", timeout = "5s", retries = 2, label = "l" }))") == Value{"new"});
    REQUIRE(world.desk.submissions.size() == 1);
    const Submission& submission = world.desk.submissions.front();
    CHECK(submission.invocation.function == "a.b");
    CHECK(submission.invocation.args == std::vector<Value>{Value{1}, Value{"x"}});
    CHECK(submission.invocation.kwargs == Object{{"y", true}});
    CHECK(submission.invocation.timeout == 5s);
    CHECK(submission.invocation.retries == 2);
    CHECK(submission.invocation.label == "l");
    CHECK(submission.order_key == "k");
    CHECK(submission.idempotency_key == "i");
    CHECK(submission.priority == 3);
    CHECK(submission.not_before == world.clock.wall() + 1h);
}

TEST_CASE("what is known of work is told, and nothing of what is not")
{
    QueueWorld world;
    CHECK(world.gives("return queue.get 'other' == nil") == Value{true});
    CHECK(world.gives("local r = queue.get 'known' return r.func .. r.state .. tostring(r.ended)") ==
          Value{"a.bwaitingnil"});
    world.desk.record.state = State::succeeded;
    world.desk.record.ended = world.clock.wall();
    world.desk.record.outcome = Outputs{Value{7}};
    CHECK(world.gives("local r = queue.get 'known' return r.ended > 0 and r.output") == Value{7});
    world.desk.record.outcome = Failure{Errc::refused, "no"};
    CHECK(world.gives("local r = queue.get 'known' return r.error.code .. r.error.message") == Value{"refusedno"});
}

TEST_CASE("work is cancelled and sent signals")
{
    QueueWorld world;
    CHECK(world.gives("return { queue.cancel 'known', queue.cancel 'other' }") == Value{Array{true, false}});
    (void)world.gives("queue.signal('known', 'go', { a = 1 }) return true");
    REQUIRE(world.desk.signals.size() == 1);
    CHECK(world.desk.signals.front() == std::pair{std::string{"go"}, Value{Object{{"a", 1}}}});
    CHECK(world.gives("local ok, e = pcall(queue.signal, 'other', 'go') return e.code") == Value{"not_found"});
}

TEST_CASE("without an agent the queue says so")
{
    ScriptWorld world;
    const auto outcome = world.run_script("return require('forager').queue.submit 'a.b'");
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == Errc::refused);
}
