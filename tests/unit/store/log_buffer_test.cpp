#include "store/log_buffer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager::store;

namespace {

using Texts = std::vector<std::string>;

Texts texts(const BufferedLines& taken)
{
    Texts all;
    for (const BufferedLine& line : taken.lines)
        all.push_back(line.text);
    return all;
}

void add(LogBuffer& buffer, const std::string& invocation, int first, int last)
{
    for (int n = first; n <= last; ++n)
        buffer.add(invocation, {n, std::to_string(n)});
}

} // namespace

TEST_CASE("of what is added before anything is taken no more is held than may stay")
{
    LogBuffer buffer{6};
    add(buffer, "a", 1, 1000);
    CHECK(texts(buffer.take_of("a")) == Texts{"1", "2", "3", mark_of(6), "998", "999", "1000"});
    CHECK(buffer.empty());
}

TEST_CASE("what follows the first half is left out, too, when that has been taken")
{
    LogBuffer buffer{6};
    add(buffer, "a", 1, 2);
    CHECK(texts(buffer.take_of("a")) == Texts{"1", "2"});
    add(buffer, "a", 3, 1000);
    CHECK(texts(buffer.take_of("a")) == Texts{"3", mark_of(6), "998", "999", "1000"});
    add(buffer, "a", 1001, 2000);
    const BufferedLines last = buffer.end("a");
    CHECK(texts(last) == Texts{mark_of(6), "1998", "1999", "2000"});
    CHECK(last.cut);
    add(buffer, "a", 1, 4);
    CHECK(texts(buffer.take_of("a")).size() == 4); // another life of it
}

TEST_CASE("everybody has a part of what is taken at once")
{
    LogBuffer buffer{1000};
    add(buffer, "a", 1, 500);
    add(buffer, "b", 1, 2);
    add(buffer, "c", 1, 500);
    const auto first = buffer.take(30);
    REQUIRE(first.size() == 3);
    CHECK(first[0].lines.size() == 10);
    CHECK(first[1].lines.size() == 2);
    CHECK(first[2].lines.size() == 18);
    const auto second = buffer.take(30);
    REQUIRE(second.size() == 2);
    CHECK(second[0].lines.front().text == "11");
    CHECK(second[1].lines.front().text == "19");
}

TEST_CASE("it is cut when a tenth too much was written")
{
    LogBuffer buffer{100};
    add(buffer, "a", 1, 100);
    CHECK_FALSE(buffer.take_of("a").cut);
    add(buffer, "a", 101, 101);
    CHECK(buffer.take_of("a").cut); // 101 are there, with a mark
    add(buffer, "a", 102, 110);
    CHECK_FALSE(buffer.take_of("a").cut);
    add(buffer, "a", 111, 111);
    CHECK(buffer.take_of("a").cut);
    CHECK(buffer.end("a").cut);
}
