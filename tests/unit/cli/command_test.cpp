#include "cli/command.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace forager::cli;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

Words shielded_words(Words words)
{
    words.insert(words.begin(), "forager");
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    return shielded(static_cast<int>(argv.size()), argv.data());
}

// A program with one command that takes every kind of word.
struct Program {
    CLI::App app{"", "forager"};
    Common common;
    std::string function;
    Words args;
    std::optional<std::chrono::nanoseconds> timeout;

    Program()
    {
        CLI::App* command = add_command(app, "call", "", common);
        add_operand(*command, "FUNC", function, "");
        add_operands(*command, "ARG", args, "");
        add_duration(*command, "--timeout", timeout, "");
    }

    void parse(const Words& given)
    {
        Words words = shielded_words(given);
        std::ranges::reverse(words);
        app.parse(std::move(words));
    }
};

} // namespace

TEST_CASE("operands arrive as they were given, whatever they look like")
{
    Program program;
    program.parse({"call", "echo.echo", "[1,2]", "-5", "-0.5", "", "a=b", "x y"});
    CHECK(program.function == "echo.echo");
    CHECK(program.args == Words{"[1,2]", "-5", "-0.5", "", "a=b", "x y"});
}

TEST_CASE("flags stand before and after operands, and what follows -- is no flag")
{
    Program program;
    program.parse({"call", "--json", "f.g", "a", "--timeout", "1h30m", "b", "--", "--quiet", "--", "-x"});
    CHECK(program.common.json);
    CHECK_FALSE(program.common.quiet);
    CHECK(program.timeout == 90min);
    CHECK(program.args == Words{"a", "b", "--quiet", "--", "-x"});
}

TEST_CASE("values of flags arrive as they were given, too")
{
    CLI::App app;
    Action chosen;
    describe(app, chosen);
    Words words = shielded_words({"submit", "--key", "[a]", "--priority", "-5", "f.g"});
    std::ranges::reverse(words);
    app.parse(std::move(words));
    const CLI::App* submit = app.get_subcommand("submit");
    CHECK(submit->get_option("--key")->as<std::string>() == "[a]");
    CHECK(submit->get_option("--priority")->as<int>() == -5);
}

TEST_CASE("a duration that is none is refused with an example")
{
    Program program;
    try {
        program.parse({"call", "f.g", "--timeout", "soon"});
        FAIL("it was taken");
    } catch (const CLI::ParseError& error) {
        const std::string text = error.what();
        CHECK(text.find("'soon' is not a duration: write \"250ms\"") != std::string::npos);
    }
}

TEST_CASE("a word loses its shield and nothing else")
{
    const Words words = shielded_words({"plain", "-5", "--", "plain"});
    REQUIRE(words.size() == 3);
    CHECK(words[0] == "plain");
    CHECK(words[1] != "-5");
    CHECK(unshielded(words[0]) == "plain");
    CHECK(unshielded(words[1]) == "-5");
    CHECK(unshielded(words[2]) == "plain");
}
