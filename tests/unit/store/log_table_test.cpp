#include "store/log_table.hpp"

#include "base/text.hpp"
#include "store_world.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("lines that a slow disk has not taken yet are bounded by what they hold")
{
    Bench bench{1'000'000};
    std::promise<void> slow;
    bench.store->writer().post([&slow](SQLite::Database&) { slow.get_future().wait(); }, Durable::at_once);
    bench.io.poll();
    bool is_long = false;
    SUBCASE("short ones") {}
    SUBCASE("long ones")
    {
        is_long = true;
    }
    for (int n = 0; n < 10'000; ++n)
        bench.logs().add("a", is_long ? std::string(16'000, 'x') : "x");
    const std::size_t waiting = bench.store->writer().waiting();
    slow.set_value();
    CHECK(waiting >= (is_long ? 1'000 : 10'000));
    CHECK(waiting <= (is_long ? 3'000 : 10'000));
    bench.close();
}
