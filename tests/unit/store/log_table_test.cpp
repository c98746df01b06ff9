#include "store/log_table.hpp"

#include "base/text.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::store;
using namespace forager::test;

namespace {

struct Bench : StoreWorld {
    explicit Bench(std::size_t most = 10'000) { REQUIRE(open(most)); }

    LogTable& logs() { return store->logs(); }
    std::vector<LogLine> lines(const std::string& id, std::int64_t after = 0)
    {
        return run(logs().read(id, after)).value();
    }

    std::vector<std::string> texts(const std::string& id)
    {
        std::vector<std::string> all;
        for (const LogLine& line : lines(id))
            all.push_back(line.text);
        return all;
    }
};

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("lines come back in their order, with their time, each invocation's apart")
{
    Bench bench;
    bench.logs().add("a", "one");
    bench.logs().add("b", "other");
    bench.clock.run_for(bench.io, std::chrono::seconds{5});
    bench.logs().add("a", "");
    bench.logs().add("a", std::string{"\xff\0x", 3});
    CHECK(bench.texts("a") == Texts{"one", "", std::string{"\xff\0x", 3}});
    const auto lines = bench.lines("a");
    CHECK(lines[1].at - lines[0].at == std::chrono::seconds{5});
    CHECK(lines[1].at == bench.clock.wall());
    CHECK(bench.texts("b") == Texts{"other"});
    CHECK(bench.texts("c").empty());
}

TEST_CASE("reading goes on where it stopped, a thousand lines at once")
{
    Bench bench;
    for (int n = 0; n < 1500; ++n)
        bench.logs().add("a", std::to_string(n));
    const auto first = bench.lines("a");
    REQUIRE(first.size() == LogTable::lines_at_once);
    const auto rest = bench.lines("a", first.back().number);
    REQUIRE(rest.size() == 500);
    CHECK(rest.front().text == "1000");
    CHECK(bench.lines("a", rest.back().number).empty());
}

TEST_CASE("beyond the limit the first and the last lines are kept, and a line between them says so")
{
    const std::string mark = "(lines are left out here: limits.log_lines keeps the first 2 and the last 3)";
    Bench bench{5};
    for (int n = 1; n <= 5; ++n)
        bench.logs().add("a", std::to_string(n));
    bench.logs().add("b", "of its own");
    CHECK(bench.texts("a") == Texts{"1", "2", "3", "4", "5"});
    bench.logs().add("a", "6");
    CHECK(bench.texts("a") == Texts{"1", "2", mark, "4", "5", "6"});
    for (int n = 7; n <= 9; ++n)
        bench.logs().add("a", std::to_string(n));
    CHECK(bench.texts("a") == Texts{"1", "2", mark, "7", "8", "9"});
    CHECK(bench.texts("b") == Texts{"of its own"});
    bench.logs().end("a");
    bench.logs().add("a", "of a new life");
    CHECK(bench.texts("a").size() == 7);
}

TEST_CASE("many lines are cut many at once, and at the end to what is kept")
{
    Bench bench{100};
    for (int n = 1; n <= 1007; ++n)
        bench.logs().add("a", std::to_string(n));
    CHECK(bench.lines("a").size() <= 111);
    bench.logs().end("a");
    const Texts texts = bench.texts("a");
    REQUIRE(texts.size() == 101);
    CHECK(texts[49] == "50");
    CHECK(texts[51] == "958");
    CHECK(texts.back() == "1007");
}

TEST_CASE("a very long line is shortened between two characters")
{
    Bench bench;
    for (std::size_t lead = 0; lead < 4; ++lead) {
        std::string line(lead, 'x');
        while (line.size() < 20'000)
            line += "\xf0\x9f\xa6\x8a";
        bench.logs().add("a", line);
    }
    bench.logs().add("a", std::string(20'000, '\xbf'));
    const Texts texts = bench.texts("a");
    REQUIRE(texts.size() == 5);
    for (std::size_t n = 0; n < 4; ++n) {
        CHECK(is_utf8(texts[n]));
        CHECK(texts[n].size() > 16 * 1024 - 4);
        CHECK(texts[n].size() <= 16 * 1024);
    }
    CHECK(texts[4].size() > 16 * 1024 - 4); // no text at all
}

TEST_CASE("lines outlive a restart")
{
    Bench bench;
    bench.logs().add("a", "before");
    REQUIRE(bench.reopen());
    bench.logs().add("a", "after");
    CHECK(bench.texts("a") == Texts{"before", "after"});
}

TEST_CASE("who asks for something waits for a few lines of a flood, not for all of them")
{
    Bench bench;
    for (int n = 0; n < 8'000; ++n)
        bench.logs().add("a", std::to_string(n));
    const auto rows = [](Connection& database) { return database.execAndGet("SELECT count(*) FROM log").getInt(); };
    CHECK(bench.run(bench.store->writer().ask<int>(rows)).value() <= 500);
    CHECK(bench.run(bench.store->writer().ask<int>(rows)).value() <= 1'000);
    bench.logs().add("b", "one of somebody else");
    CHECK(bench.texts("b").size() == 1);
    for (int turn = 0; turn < 14; ++turn)
        (void)bench.run(bench.store->writer().ask<int>(rows));
    CHECK(bench.run(bench.store->writer().ask<int>(rows)).value() == 8'001);
}

TEST_CASE("what waits when the store is closed is written")
{
    Bench bench;
    for (int n = 0; n < 3'000; ++n)
        bench.logs().add("a", std::to_string(n));
    REQUIRE(bench.reopen());
    CHECK(bench.lines("a", 2'900).size() == 100);
}

TEST_CASE("lines that a slow disk has not taken yet are bounded by what they hold")
{
    Bench bench{1'000'000};
    std::promise<void> slow;
    bench.store->writer().post([&slow](SQLite::Database&) { slow.get_future().wait(); }, Durable::at_once);
    bench.io.poll();
    for (int n = 0; n < 10'000; ++n)
        bench.logs().add("a", std::string(16'000, 'x') + std::to_string(n));
    slow.set_value();
    Texts all;
    for (std::int64_t after = 0;;) {
        const auto some = bench.lines("a", after);
        if (some.empty())
            break;
        for (const LogLine& line : some)
            all.push_back(line.text.substr(0, 100));
        after = some.back().number;
    }
    CHECK(all.size() > 1'000);
    CHECK(all.size() < 3'000);
    CHECK(std::ranges::count_if(all, [](const auto& text) { return text.starts_with("(lines are left out"); }) == 1);
    CHECK(bench.lines("a").front().text.ends_with("x0"));
    CHECK(bench.lines("a", static_cast<std::int64_t>(all.size()) - 1).front().text.ends_with("x9999"));
}
