#include "io/http/answer_lines.hpp"

#include "http_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using Rest = http::AnswerLines::Rest;

namespace {

constexpr std::size_t longest = 16;

struct Told {
    std::vector<std::string> lines;
    std::optional<Failure> failure;
};

// All lines of an answer of these bytes.
Told told(const std::string& bytes, Rest rest)
{
    World world{[&](const std::string&) { return answer(200, bytes); }};
    auto stream = run(world.context, world.client.open(world.request())).value();
    http::AnswerLines lines{std::move(stream), "the peer", longest, rest};
    Told told;
    for (;;) {
        auto line = run(world.context, lines.next());
        if (line.has_error())
            told.failure = line.error();
        if (line.has_error() || !*line)
            return told;
        told.lines.push_back(std::move(**line));
    }
}

} // namespace

TEST_CASE("an answer's lines come one by one, empty ones left out")
{
    CHECK(told("one\n\n \r\ntwo\n", Rest::cut).lines == std::vector<std::string>{"one", "two"});
    CHECK(told("", Rest::line).lines.empty());
}

TEST_CASE("what stands behind the last line break is a line, or was cut")
{
    CHECK(told("one\ntwo", Rest::line).lines == std::vector<std::string>{"one", "two"});
    CHECK(told("one\ntwo", Rest::cut).lines == std::vector<std::string>{"one"});
}

TEST_CASE("a line that does not end is refused, with who sent it")
{
    const Told all = told("one\n" + std::string(10 * longest, 'x') + "\ntwo\n", Rest::line);
    CHECK(all.lines == std::vector<std::string>{"one"});
    REQUIRE(all.failure);
    CHECK(all.failure->code == Errc::limit);
    CHECK(all.failure->message.starts_with("the peer tells of something in more than 16 "));
}
