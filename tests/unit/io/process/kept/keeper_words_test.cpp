#include "io/process/kept/keeper_plan.hpp"
#include "io/process/kept/keeper_words.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

std::vector<KeeperWord> read(std::string_view bytes, std::size_t piece)
{
    KeeperWords words;
    std::vector<KeeperWord> all;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        words.add(bytes.substr(at, piece));
        while (auto word = words.next())
            all.push_back(std::move(*word));
    }
    return all;
}

} // namespace

TEST_CASE("a keeper's words arrive in any pieces")
{
    Failure failure{Errc::not_found, "no such program"};
    const std::string bytes = packed(KeptBegun{17, 3s}) + packed(KeptSoFar{Stream::err, {"head", "tail", 5}}) +
                              packed(KeptBytes{Stream::out, std::string("a\0b", 3)}) + packed(KeptEnd{256, 2ms}) +
                              packed(KeptFailure{failure});
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
        const auto words = read(bytes, piece);
        REQUIRE(words.size() == 5);
        CHECK(std::get<KeptBegun>(words[0]).process == 17);
        CHECK(std::get<KeptBegun>(words[0]).age == 3s);
        CHECK(std::get<KeptSoFar>(words[1]).stream == Stream::err);
        CHECK(std::get<KeptSoFar>(words[1]).state.tail == "tail");
        CHECK(std::get<KeptSoFar>(words[1]).state.cut == 5);
        CHECK(std::get<KeptBytes>(words[2]).bytes == std::string("a\0b", 3));
        CHECK(std::get<KeptEnd>(words[3]).status == 256);
        CHECK(std::get<KeptFailure>(words[4]).failure.code == Errc::not_found);
        CHECK_FALSE(std::get<KeptFailure>(words[4]).failure.retry);
    }
}

TEST_CASE("a plan arrives as it was, or not at all")
{
    KeeperPlan plan;
    plan.launch.argv = {"prog", "", "a b"};
    plan.launch.environment = {"A=1"};
    plan.launch.cwd = "/tmp";
    plan.launch.user = "backup";
    plan.launch.own_folder = true;
    plan.launch.own_variables = {"A"};
    plan.launch.limits.open_files = 12;
    plan.launch.merge = true;
    plan.input = "in";
    plan.limit = 99;
    plan.boot = "boot";
    const std::string text = packed(plan);
    const auto read = unpacked_plan(text);
    REQUIRE(read);
    CHECK(read->launch.argv == plan.launch.argv);
    CHECK(read->launch.environment == plan.launch.environment);
    CHECK(read->launch.cwd == plan.launch.cwd);
    CHECK(read->launch.user == "backup");
    CHECK(read->launch.own_folder);
    CHECK(read->launch.own_variables == plan.launch.own_variables);
    CHECK(read->launch.limits.open_files == 12U);
    CHECK_FALSE(read->launch.limits.processes);
    CHECK(read->launch.merge);
    CHECK(read->launch.input);
    CHECK(read->limit == 99);
    CHECK(read->input == "in");
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_FALSE(unpacked_plan(std::string_view{text}.substr(0, size)));
}
