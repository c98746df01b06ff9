#include "core/words.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

using Words = std::vector<std::string>;

TEST_CASE("words stand between spaces of any kind")
{
    CHECK(words_in("python  hello_world.py").value() == Words{"python", "hello_world.py"});
    CHECK(words_in(" a\tb\nc ").value() == Words{"a", "b", "c"});
    CHECK(words_in("").value().empty());
    CHECK(words_in("  ").value().empty());
}

TEST_CASE("quotes hold words together")
{
    CHECK(words_in("sh -c 'echo hi; exit 3'").value() == Words{"sh", "-c", "echo hi; exit 3"});
    CHECK(words_in(R"(say "it's" 'a "b"')").value() == Words{"say", "it's", "a \"b\""});
    CHECK(words_in(R"(a'b'"c"d '')").value() == Words{"abcd", ""});
}

TEST_CASE("a backslash takes what follows as it is")
{
    CHECK(words_in(R"(a\ b \'c\\)").value() == Words{"a b", "'c\\"});
    CHECK(words_in(R"("a\"b\c")").value() == Words{R"(a"b\c)"});
    CHECK(words_in(R"('a\')").value() == Words{R"(a\)"});
}

TEST_CASE("what has no end is refused")
{
    CHECK(words_in("echo 'a").error().code == Errc::bad_arguments);
    CHECK(words_in("echo \"a").error().code == Errc::bad_arguments);
    CHECK(words_in("echo \\").error().code == Errc::bad_arguments);
}

TEST_CASE("nothing is expanded")
{
    CHECK(words_in("echo $HOME * ~ `id`").value() == Words{"echo", "$HOME", "*", "~", "`id`"});
}
