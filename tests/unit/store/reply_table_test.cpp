#include "store/reply_table.hpp"

#include "store_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace {

WallTime at(int seconds)
{
    return WallTime{std::chrono::seconds{seconds}};
}

struct Bench : StoreWorld {
    Bench() { REQUIRE(open()); }

    ReplyTable& replies() { return store->replies(); }
    RecordTable& records() { return store->records(); }

    void put(const std::string& id, std::optional<ReplyTo> to, bool overlaps = false)
    {
        Submission submission;
        submission.invocation.id = id;
        submission.invocation.function = "broker.run";
        submission.invocation.source = "redis";
        submission.reply = std::move(to);
        submission.overlaps = overlaps;
        REQUIRE(run(records().add(std::move(submission), at(1))));
    }
    void finish(const std::string& id, int second, Outcome outcome = Outputs{7})
    {
        REQUIRE(run(records().finish(id, std::move(outcome), at(second))));
    }
    std::vector<std::string> due(const std::string& broker = "redis")
    {
        std::vector<std::string> ids;
        for (const DueReply& reply : run(replies().due(broker, 10)).value())
            ids.push_back(reply.id);
        return ids;
    }
};

const ReplyTo there{"redis", "there", "r1"};

} // namespace

TEST_CASE("who waits for an answer is known when the work has ended, also after a restart")
{
    Bench bench;
    bench.put("a", there);
    bench.put("b", std::nullopt);
    CHECK(bench.due().empty());
    bench.finish("a", 2);
    bench.finish("b", 3);
    REQUIRE(bench.reopen());
    const auto due = bench.run(bench.replies().due("redis", 10)).value();
    REQUIRE(due.size() == 1);
    CHECK(due[0].id == "a");
    CHECK(due[0].function == "broker.run");
    CHECK(due[0].to == there);
    CHECK(due[0].outcome.value() == Outputs{7});
}

TEST_CASE("replies are due in the order in which the work ended, for one broker each")
{
    Bench bench;
    bench.put("a", there);
    bench.put("b", there);
    bench.put("c", ReplyTo{"mqtt", "there", {}});
    bench.finish("b", 2);
    bench.finish("a", 3, Failure{Errc::exit, "it failed"});
    bench.finish("c", 4);
    CHECK(bench.due() == std::vector<std::string>{"b", "a"});
    CHECK(bench.due("mqtt") == std::vector<std::string>{"c"});
    CHECK(bench.run(bench.replies().due("redis", 1)).value().size() == 1);
}

TEST_CASE("what was told is told no more, and can be forgotten")
{
    Bench bench;
    bench.put("a", there);
    bench.finish("a", 2);
    const Retention few{std::chrono::hours{1}, 0};
    REQUIRE(bench.run(bench.records().forget(few, at(100))));
    CHECK(bench.due() == std::vector<std::string>{"a"});
    REQUIRE(bench.run(bench.replies().told({"a"}, "a note")));
    CHECK(bench.due().empty());
    CHECK(bench.run(bench.records().find("a")).value()->note == "a note");
    REQUIRE(bench.run(bench.records().forget(few, at(100))));
    CHECK_FALSE(bench.run(bench.records().find("a")).value());
}

TEST_CASE("a reply that nobody took for as long as records are kept is forgotten with its record")
{
    Bench bench;
    bench.put("a", there);
    bench.finish("a", 2);
    const Retention hour{std::chrono::hours{1}, 100};
    REQUIRE(bench.run(bench.records().forget(hour, at(4000))));
    CHECK(bench.due().empty());
}

TEST_CASE("work that runs can ask for its outcome to be told")
{
    Bench bench;
    bench.put("a", std::nullopt);
    REQUIRE(bench.run(bench.replies().want("a", there)));
    CHECK(bench.run(bench.replies().want("none", there)).error().code == Errc::not_found);
    bench.finish("a", 2);
    CHECK(bench.due() == std::vector<std::string>{"a"});
}

TEST_CASE("who overlaps does so after a restart, too")
{
    Bench bench;
    bench.put("a", std::nullopt, true);
    bench.put("b", std::nullopt);
    REQUIRE(bench.reopen());
    const auto open = bench.run(bench.records().open()).value();
    REQUIRE(open.size() == 2);
    CHECK(open[0].overlaps);
    CHECK_FALSE(open[1].overlaps);
}
