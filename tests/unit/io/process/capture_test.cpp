#include "io/process/capture.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("what fits is kept whole")
{
    Capture capture{8};
    capture.add("abc");
    capture.add("defgh");
    CHECK(capture.take() == "abcdefgh");
    CHECK(capture.take().empty());
}

TEST_CASE("of a longer stream the first and the last half stay, and the cut is visible")
{
    for (const std::size_t piece : {1U, 3U, 7U, 26U}) {
        Capture capture{8};
        const std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
        for (std::size_t at = 0; at < letters.size(); at += piece)
            capture.add(letters.substr(at, piece));
        CHECK(capture.take() == "abcd\n[… 18 bytes cut …]\nwxyz");
    }
}

TEST_CASE("a cut does not fall into a character")
{
    Capture capture{8};
    capture.add("abü"); // four bytes
    capture.add("ü-ü-ü-ü");
    CHECK(capture.take() == "abü\n[… 8 bytes cut …]\n-ü");
    Capture split{6};
    split.add("abüxxxxüxy");
    CHECK(split.take() == "ab\n[… 8 bytes cut …]\nxy");
}

TEST_CASE("another capture can go on from the state of one, and nothing shows")
{
    const std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    for (std::size_t at = 0; at <= letters.size(); ++at) {
        Capture whole{8};
        Capture before{8};
        Capture after{8};
        whole.add(letters.substr(0, at));
        before.add(letters.substr(0, at));
        after.go_on_from(before.state());
        whole.add(letters.substr(at));
        after.add(letters.substr(at));
        CHECK(after.take() == whole.take());
    }
}

TEST_CASE("a limit of nothing keeps nothing")
{
    Capture capture{0};
    capture.add("abc");
    CHECK(capture.take() == "\n[… 3 bytes cut …]\n");
}

TEST_CASE("lines are put together from pieces")
{
    LineCutter cutter;
    CHECK(cutter.cut("one\ntw") == std::vector<std::string>{"one"});
    CHECK(cutter.cut("o\n\nthr") == std::vector<std::string>{"two", ""});
    CHECK(cutter.rest() == "thr");
    CHECK_FALSE(cutter.rest());
}

TEST_CASE("an endless line comes in parts")
{
    LineCutter cutter;
    const auto parts = cutter.cut(std::string(LineCutter::longest * 2 + 5, 'x'));
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].size() == LineCutter::longest);
    CHECK(cutter.rest()->size() == 5);
}
