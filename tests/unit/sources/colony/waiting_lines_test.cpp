#include "sources/colony/waiting_lines.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::colony;

namespace {

using Story = std::vector<std::string>;

constexpr std::size_t largest = std::size_t{256} * 1024;

// All that a server would hear of a process.
Story heard(WaitingLines& lines, const std::string& id = "p")
{
    Story messages;
    while (lines.has(id)) {
        messages.push_back(lines.next(id));
        lines.heard(id);
    }
    return messages;
}

std::string joined(const Story& messages, const std::string& between = "\n")
{
    std::string all;
    for (const std::string& message : messages)
        all += (all.empty() ? "" : between) + message;
    return all;
}

std::size_t lines_in(const Story& messages)
{
    return messages.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(joined(messages), '\n')) + 1;
}

void add(WaitingLines& lines, std::size_t count, const std::string& line, const std::string& id = "p")
{
    for (std::size_t i = 0; i < count; ++i)
        lines.add(id, line, false);
}

} // namespace

TEST_CASE("a line that is too long for a message goes in pieces, and nothing of it is missing")
{
    WaitingLines lines;
    const std::string line = std::string(3'000'000, 'y') + " end";
    lines.add("p", line, false);
    lines.add("p", "next", false);
    const Story messages = heard(lines);
    CHECK(std::ranges::all_of(messages, [](const std::string& message) { return message.size() < largest; }));
    std::string all = joined(messages);
    std::erase(all, '\n');
    CHECK(all == line + "next");
    CHECK(messages.back().ends_with("\nnext"));
}

TEST_CASE("a character of a long line stays whole")
{
    WaitingLines lines;
    std::string line = "x";
    for (int i = 0; i < 300'000; ++i)
        line += "\xE2\x82\xAC";
    lines.add("p", line, false);
    const Story messages = heard(lines);
    CHECK(messages.size() == 4);
    CHECK(std::ranges::all_of(messages, is_utf8));
    WaitingLines bytes; // which are no characters
    bytes.add("p", std::string(600'000, '\x80'), false);
    CHECK(joined(heard(bytes), "").size() == 600'000);
}

TEST_CASE("a burst of less than 16 MB is kept as a whole")
{
    WaitingLines lines;
    add(lines, 15'000, std::string(1023, 'x'));
    CHECK(lines_in(heard(lines)) == 15'000);
}

TEST_CASE("of more the first and the last lines are kept, and a word counts what is left out between")
{
    WaitingLines lines;
    lines.add("p", "the first", false);
    add(lines, 20'000, std::string(1023, 'x'));
    lines.add("p", "the last", false);
    const Story messages = heard(lines);
    const std::string text = joined(messages);
    CHECK(text.size() < 17 * 1024 * 1024);
    CHECK(text.starts_with("the first\n"));
    CHECK(text.ends_with("\nthe last"));
    const std::size_t left_out = 20'003 - lines_in(messages); // the word is a line, too
    const std::string word = "\n(" + std::to_string(left_out) + " lines of ";
    const std::size_t place = text.find(word);
    REQUIRE(place != std::string::npos);
    CHECK(text.substr(place).find(" MB are left out: more than 16 MB waited for the server)\n") < word.size() + 10);
}

TEST_CASE("one line that is left out is one line")
{
    WaitingLines lines;
    add(lines, 82, std::string(204'799, 'x'));
    const Story messages = heard(lines);
    CHECK(messages.at(1).starts_with("(1 line of 200 KB is left out: more than 16 MB waited for the server)\n"));
    CHECK(lines_in(messages) == 82);
}

TEST_CASE("who writes little loses nothing to who writes much")
{
    WaitingLines lines;
    add(lines, 20'000, std::string(1023, 'x'), "much");
    add(lines, 100, "little", "little");
    add(lines, 20'000, std::string(1023, 'x'), "much");
    CHECK(lines_in(heard(lines, "little")) == 100);
}

TEST_CASE("what waits of all processes together is bounded, and what is left out of each is counted")
{
    WaitingLines lines;
    for (int process = 0; process < 100; ++process)
        add(lines, 5, std::string(100 * 1024, 'x'), std::to_string(process));
    std::size_t bytes = 0;
    std::size_t left_out = 0;
    std::size_t kept = 0;
    for (int process = 0; process < 100; ++process)
        for (const std::string& message : heard(lines, std::to_string(process))) {
            bytes += message.size();
            kept += static_cast<std::size_t>(std::ranges::count(message, '\n')) + 1;
            if (const auto place = message.find('('); place != std::string::npos) {
                left_out += std::stoul(message.substr(place + 1));
                --kept;
            }
        }
    CHECK(bytes <= 16 * 1024 * 1024 + 100 * 100);
    CHECK(kept + left_out == 500);
    add(lines, 15'000, std::string(1023, 'x')); // there is room again
    CHECK(lines_in(heard(lines)) == 15'000);
}

TEST_CASE("what is being sent stays as it is")
{
    WaitingLines lines;
    lines.add("p", "first", false);
    CHECK(lines.next("p") == "first");
    lines.add("p", "second", true);
    CHECK(lines.next("p") == "first");
    lines.heard("p");
    CHECK(lines.next("p") == "second");
}

TEST_CASE("lines that are given up leave a word, once")
{
    WaitingLines lines;
    add(lines, 3000, std::string(1023, 'x'));
    CHECK(lines.refused("p") == 1);
    CHECK(lines.refused("p") == 2);
    lines.forgive("p");
    CHECK(lines.refused("p") == 1);
    CHECK_FALSE(lines.is_given_up("p"));
    CHECK(lines.give_up("p") == 3000);
    CHECK(lines.is_given_up("p"));
    lines.add("p", "after", false);
    const Story messages = heard(lines);
    CHECK(messages == Story{"(3000 lines of 2.9 MB are left out: the server did not take the log)", "after"});
    CHECK_FALSE(lines.is_given_up("p"));
}
