#include "store/writer.hpp"

#include "faulty_vfs.hpp"
#include "store/write_ahead_log.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace asio = boost::asio;

namespace {

Writer::Job setting(const std::string& key)
{
    return [key](Connection& database) {
        SQLite::Statement insert{database, "INSERT INTO value VALUES ('test', ?, '1')"};
        insert.bind(1, key);
        insert.exec();
    };
}

Writer::Job refusing_after(Writer::Job job)
{
    return [job = std::move(job)](Connection& database) {
        job(database);
        throw JobRefused{{Errc::refused, "no"}};
    };
}

Writer::Job throwing_after(Writer::Job job)
{
    return [job = std::move(job)](Connection& database) {
        job(database);
        throw std::runtime_error{"a bug"};
    };
}

// Finds, in the middle of its work, that the disk has no room for it.
Writer::Job too_large(const std::string& key)
{
    return [job = setting(key)](Connection& database) {
        job(database);
        throw SQLite::Exception{"database or disk is full", SQLITE_FULL};
    };
}

using Runs = std::deque<Asked<Result<void>>>;

struct Bench : StoreWorld {
    FaultyDisk disk;

    Bench() { REQUIRE(open()); }
    ~Bench() { close(); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    Writer& writer() { return store->writer(); }
    Result<void> run_one(Writer::Job job) { return run(writer().run(std::move(job))); }

    std::vector<std::string> keys() { return run(store->values().keys("test", "")).value(); }
    /// As another program sees it.
    bool stands_in_file(const std::string& key) const
    {
        SQLite::Database other{path()};
        SQLite::Statement query{other, "SELECT 1 FROM value WHERE key = ?"};
        query.bind(1, key);
        return query.executeStep();
    }

    void lose_power(Survival survival = Survival::nothing)
    {
        disk.cut_power_at(1);
        close();
        disk.restore_power(survival);
        REQUIRE(open());
    }

    bool has(const std::string& key) { return run(store->values().get("test", key)).value().has_value(); }

    Asked<Result<void>>& start(Runs& runs, Writer::Job job)
    {
        ask(runs.emplace_back(), writer().run(std::move(job)));
        return runs.back();
    }

    /// Turns the loop until the store's thread has something, so that what comes now waits together.
    void occupy(Runs& runs)
    {
        start(runs, setting("first"));
        io.restart();
        while (io.poll_one() > 0 && writer().waiting() > 0) {
        }
    }
};

} // namespace

TEST_CASE("jobs that wait together are committed together")
{
    Bench bench;
    Runs runs;
    const std::size_t before = bench.disk.syncs();
    for (int n = 0; n < 900; ++n)
        bench.start(runs, setting(std::to_string(n)));
    bench.finish(runs);
    for (const auto& run : runs)
        CHECK(*run.value);
    CHECK(bench.keys().size() == 900);
    CHECK(bench.disk.syncs() - before <= 4);
}

TEST_CASE("jobs that are asked for turn after turn are committed together")
{
    Bench bench;
    Runs runs;
    REQUIRE(bench.run_one(setting("first")));
    const std::size_t before = bench.disk.syncs();
    std::function<void(int)> ask = [&](int left) {
        bench.start(runs, setting(std::to_string(left)));
        if (left > 1)
            asio::post(bench.io, [&ask, left] { ask(left - 1); });
    };
    ask(50);
    bench.clock.run_until(bench.io, [&] { return runs.size() == 50; });
    bench.finish(runs);
    CHECK(runs.size() == 50);
    CHECK(bench.disk.syncs() - before == 1);
}

TEST_CASE("ten thousand jobs do not cost a flush each")
{
    Bench bench;
    Runs runs;
    const std::size_t before = bench.disk.syncs();
    for (int n = 0; n < 10'000; ++n)
        bench.start(runs, setting(std::to_string(n)));
    bench.finish(runs);
    CHECK(bench.keys().size() == 10'000);
    CHECK(bench.disk.syncs() - before < 60);
}

TEST_CASE("a slow disk shows while it is slow, and afterwards")
{
    Bench bench;
    Runs runs;
    std::promise<void> slow;
    bench.start(runs, [&slow](Connection&) { slow.get_future().wait(); });
    bench.io.restart();
    while (bench.io.poll_one() > 0) {
    }
    bench.clock.run_for(bench.io, std::chrono::seconds{3});
    CHECK(bench.writer().pace().present == std::chrono::seconds{3});
    slow.set_value();
    bench.finish(runs);
    CHECK(bench.writer().pace().present == Duration{});
    CHECK(bench.writer().pace().last == std::chrono::seconds{3});
}

TEST_CASE("a job that refuses or throws undoes what it did, and costs those beside it nothing")
{
    Bench bench;
    Runs runs;
    bench.occupy(runs);
    const std::size_t before = bench.disk.syncs();
    bench.start(runs, setting("a"));
    bench.start(runs, refusing_after(setting("b")));
    bench.start(runs, throwing_after(setting("c")));
    bench.start(runs, setting("a")); // breaks a constraint
    bench.start(runs, setting("d"));
    bench.finish(runs);
    CHECK(bench.disk.syncs() - before <= 2);
    CHECK(bench.keys() == std::vector<std::string>{"a", "d", "first"});
    CHECK(*runs[1].value);
    CHECK(runs[2].value->error().message == "no");
    CHECK(runs[3].value->error().message == "internal error: a bug");
    CHECK(runs[4].value->error().code == Errc::refused);
    CHECK(*runs[5].value);
    CHECK(bench.writer().trouble().empty());
}

TEST_CASE("a job alone that refuses or throws undoes what it did")
{
    Bench bench;
    CHECK(bench.run_one(refusing_after(setting("a"))).error().message == "no");
    CHECK(bench.run_one(throwing_after(setting("b"))).error().code == Errc::script);
    CHECK(bench.run_one(setting("c")));
    CHECK(bench.keys() == std::vector<std::string>{"c"});
}

TEST_CASE("a mistake in a job is not tried again, nor is the disk blamed for it")
{
    Bench bench;
    const auto result =
        bench.run(bench.writer().run_surely([](Connection& database) { database.exec("no such words"); }));
    REQUIRE_FALSE(result);
    CHECK(bench.writer().trouble().empty());
}

TEST_CASE("what is durable soon is flushed with the next commit that is, and waits no longer than 50 ms without one")
{
    Bench bench;
    REQUIRE(bench.run_one(setting("first")));
    const std::size_t before = bench.disk.syncs();
    bench.writer().post(setting("a"), Durable::soon);
    SUBCASE("with others")
    {
        REQUIRE(bench.run_one(setting("b")));
        CHECK(bench.disk.syncs() == before + 1);
        CHECK(bench.stands_in_file("a"));
        bench.lose_power();
        CHECK(bench.keys() == std::vector<std::string>{"a", "b", "first"});
    }
    SUBCASE("alone")
    {
        bench.clock.run_for(bench.io, std::chrono::milliseconds{49});
        CHECK_FALSE(bench.stands_in_file("a"));
        bench.clock.run_until(bench.io, [&] { return bench.stands_in_file("a"); });
        CHECK(bench.disk.syncs() == before);
        bench.lose_power();
        CHECK(bench.keys() == std::vector<std::string>{"first"});
    }
    SUBCASE("alone, and flushed later")
    {
        bench.clock.run_until(bench.io, [&] { return bench.stands_in_file("a"); });
        REQUIRE(bench.run_one(setting("b")));
        CHECK(bench.disk.syncs() == before + 1);
        bench.lose_power();
        CHECK(bench.keys() == std::vector<std::string>{"a", "b", "first"});
    }
    SUBCASE("when the file is closed")
    {
        REQUIRE(bench.reopen());
        CHECK(bench.keys() == std::vector<std::string>{"a", "first"});
    }
}

TEST_CASE("who is in a hurry passes nobody who is not")
{
    Bench bench;
    std::vector<int> order;
    for (int n = 0; n < 100; ++n)
        bench.writer().post([&order, n](Connection&) { order.push_back(n); },
                            n % 3 == 0 ? Durable::at_once : Durable::soon);
    bench.close();
    CHECK(order.size() == 100);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a death of the agent leaves what was written without a flush")
{
    Bench bench;
    bench.writer().post(setting("a"), Durable::soon);
    bench.clock.run_until(bench.io, [&] { return bench.stands_in_file("a"); });
    bench.lose_power(Survival::everything);
    CHECK(bench.has("a"));
}

TEST_CASE("only so many commits in a row go without a flush as can be told from damage")
{
    Bench bench;
    REQUIRE(bench.run_one(setting("first")));
    const std::size_t before = bench.disk.syncs();
    for (std::size_t n = 0; n <= most_unflushed; ++n) {
        CHECK(bench.disk.syncs() == before);
        const std::string key = std::to_string(n);
        bench.writer().post(setting(key), Durable::soon);
        bench.clock.run_until(bench.io, [&] { return bench.stands_in_file(key); });
    }
    CHECK(bench.disk.syncs() == before + 1);
    bench.lose_power();
    CHECK(bench.keys().size() == most_unflushed + 2);
}

TEST_CASE("so much may wait that it is not waited any longer")
{
    Bench bench;
    for (int n = 0; n < 1000; ++n)
        bench.writer().post(setting(std::to_string(n)), Durable::soon);
    const TimePoint before = bench.clock.now();
    bench.clock.run_until(bench.io, [&] { return bench.stands_in_file("999"); });
    CHECK(bench.clock.now() == before);
}

TEST_CASE("jobs run in the order in which they were asked for")
{
    Bench bench;
    Runs runs;
    std::vector<int> order;
    for (int n = 0; n < 2500; ++n)
        bench.start(runs, [&order, n](Connection&) { order.push_back(n); });
    bench.finish(runs);
    CHECK(order.size() == 2500);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a cancelled caller hears what became of its job")
{
    Bench bench;
    Runs runs;
    bench.occupy(runs);
    auto& asked = bench.start(runs, setting("a"));
    bench.io.poll();
    asked.cancel();
    asked.cancel();
    bench.finish(runs);
    REQUIRE(asked.value);
    CHECK(*asked.value);
    CHECK(bench.has("a"));
}

TEST_CASE("closing waits for what was asked for, and refuses what comes later")
{
    Bench bench;
    Runs runs;
    for (int n = 0; n < 1500; ++n)
        bench.start(runs, setting(std::to_string(n)));
    bench.io.poll();
    bench.run(bench.writer().close());
    bench.finish(runs);
    for (const auto& run : runs)
        CHECK(*run.value);
    CHECK(bench.run_one(setting("late")).error().message == "the state file is closed: the agent is stopping");
    bench.writer().post(setting("later"), Durable::at_once);
    REQUIRE_FALSE(bench.run(bench.writer().run_surely(setting("latest"))));
    REQUIRE(bench.reopen());
    CHECK(bench.keys().size() == 1500);
}

TEST_CASE("a full disk refuses a job and is named as the trouble until it has room")
{
    Bench bench;
    bench.disk.fill_at(1);
    const auto refused = bench.run_one(setting("a"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::limit);
    CHECK(refused.error().message == "the disk of the state file is full");
    CHECK(bench.writer().trouble() == "the disk of the state file is full");
    CHECK(bench.keys().empty());
    CHECK_FALSE(bench.run(bench.writer().probe()));
    CHECK_FALSE(bench.writer().trouble().empty()); // who reads finds a full disk as good as any
    bench.disk.make_room();
    CHECK(bench.run_one(setting("b")));
    CHECK(bench.writer().trouble().empty());
    CHECK(bench.keys() == std::vector<std::string>{"b"});
}

TEST_CASE("who waits for trouble hears of it, and a probe tells when it is over")
{
    Bench bench;
    Asked<bool> watching;
    bench.ask(watching, [](Writer& writer) -> asio::awaitable<bool> {
        co_await writer.troubled();
        co_return true;
    }(bench.writer()));
    REQUIRE(bench.run_one(setting("a")));
    CHECK_FALSE(watching.ended());
    bench.disk.fill_at(1);
    CHECK_FALSE(bench.run_one(setting("b")));
    bench.clock.run_until(bench.io, [&] { return watching.ended(); });
    bench.disk.make_room();
    CHECK(bench.run(bench.writer().probe()));
    CHECK(bench.writer().trouble().empty());
}

TEST_CASE("reading goes on while the disk is full")
{
    Bench bench;
    REQUIRE(bench.run_one(setting("a")));
    bench.disk.fill_at(1);
    CHECK(bench.has("a"));
    Runs runs;
    bench.occupy(runs);
    Asked<Result<std::vector<std::string>>> read;
    bench.ask(read, bench.store->values().keys("test", ""));
    bench.finish(runs);
    bench.clock.run_until(bench.io, [&] { return read.ended(); });
    CHECK(read.value->value() == std::vector<std::string>{"a"});
    bench.disk.make_room();
}

TEST_CASE("a full disk keeps no file from being opened, but a new one from being made")
{
    Bench bench;
    REQUIRE(bench.run_one(setting("a")));
    bench.close();
    bench.disk.fill_at(1);
    SUBCASE("an old one")
    {
        REQUIRE(bench.open());
        CHECK(bench.store->set_aside().empty());
        CHECK(bench.has("a"));
        bench.close();
    }
    SUBCASE("a new one")
    {
        std::filesystem::remove(bench.path());
        const auto refused = bench.open();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::limit);
        bench.disk.make_room();
        REQUIRE(bench.open());
        CHECK(bench.keys().empty());
    }
    bench.disk.make_room();
}

TEST_CASE("what must not be lost waits for room on the disk")
{
    Bench bench;
    bench.disk.fill_at(1);
    Runs runs;
    for (const char* key : {"a", "b", "c"})
        bench.ask(runs.emplace_back(), bench.writer().run_surely(setting(key)));
    const TimePoint before = bench.clock.now();
    bench.clock.run_until(bench.io, [&] { return bench.clock.now() - before > std::chrono::minutes{2}; });
    for (const auto& run : runs)
        CHECK_FALSE(run.ended());
    bench.disk.make_room();
    bench.finish(runs);
    for (const auto& run : runs)
        CHECK(*run.value);
    CHECK(bench.keys() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("waiting for room ends with a cancellation, with the end of the agent's time, or when the file is closed")
{
    Bench bench;
    bench.disk.fill_at(1);
    Runs runs;
    bench.ask(runs.emplace_back(), bench.writer().run_surely(setting("a")));
    auto& asked = runs.back();
    const TimePoint before = bench.clock.now();
    bench.clock.run_until(bench.io, [&] { return bench.clock.now() - before > std::chrono::minutes{1}; });
    SUBCASE("cancelled")
    {
        asked.cancel();
        bench.finish(runs);
        CHECK_FALSE(asked.value);
    }
    SUBCASE("no time")
    {
        bench.writer().hurry();
        bench.finish(runs);
        CHECK(asked.value->error().code == Errc::limit);
    }
    SUBCASE("closed")
    {
        bench.run(bench.writer().close());
        bench.finish(runs);
        CHECK_FALSE(*asked.value);
    }
    bench.disk.make_room();
}

TEST_CASE("a job that is too large for the disk does not keep those beside it from it")
{
    Bench bench;
    Runs runs;
    bench.occupy(runs);
    bench.start(runs, setting("small"));
    bench.start(runs, too_large("large"));
    bench.start(runs, setting("also small"));
    bench.finish(runs);
    CHECK(*runs[1].value);
    CHECK(runs[2].value->error().code == Errc::limit);
    CHECK(*runs[3].value);
    CHECK(bench.keys() == std::vector<std::string>{"also small", "first", "small"});
}

TEST_CASE("one write or flush that fails loses nothing that was confirmed and confirms nothing that was lost")
{
    std::size_t refused = 0;
    for (std::size_t nth = 1; nth <= 24; ++nth) {
        for (const bool flush : {false, true}) {
            CAPTURE(nth);
            CAPTURE(flush);
            Bench bench;
            if (flush)
                bench.disk.fail_sync(nth);
            else
                bench.disk.fail_write(nth);
            Runs runs;
            for (int n = 0; n < 6; ++n) {
                for (int beside = 0; beside <= n % 3; ++beside) // alone, there is nobody to part it from
                    bench.start(runs, setting(std::to_string(runs.size())));
                bench.finish(runs);
            }
            REQUIRE(bench.reopen());
            CHECK(bench.store->set_aside().empty());
            for (std::size_t n = 0; n < runs.size(); ++n)
                CHECK(bench.has(std::to_string(n)) == runs[n].value->has_value());
            refused += static_cast<std::size_t>(
                std::ranges::count_if(runs, [](const auto& run) { return run.value->has_error(); }));
        }
    }
    CHECK(refused > 0);
}

TEST_CASE("another program that holds the file delays all that wait together only once")
{
    Bench bench;
    SQLite::Database other{bench.path(), SQLite::OPEN_READWRITE};
    int waits = 0;
    const auto count = [](void* total, int) {
        ++*static_cast<int*>(total);
        return 0; // and give up
    };
    REQUIRE(bench.run_one([&](Connection& database) { sqlite3_busy_handler(database.getHandle(), count, &waits); }));
    other.exec("BEGIN IMMEDIATE");
    Runs runs;
    for (int n = 0; n < 100; ++n)
        bench.start(runs, setting(std::to_string(n)));
    bench.finish(runs);
    for (const auto& run : runs)
        CHECK(run.value->error().message == "the state file is locked by another program");
    CHECK(bench.writer().trouble() == "the state file is locked by another program");
    CHECK(waits <= 3);
    other.exec("ROLLBACK");
    CHECK(bench.run_one(setting("a")));
}

TEST_CASE("damage of the file is not waited out")
{
    Bench bench;
    const auto result = bench.run(bench.writer().run_surely(
        [](Connection&) { throw SQLite::Exception{"database disk image is malformed", SQLITE_CORRUPT}; }));
    REQUIRE_FALSE(result);
    CHECK(bench.writer().trouble() == "the state file: database disk image is malformed");
}
