#include "cli/usage.hpp"

#include "cli/command.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace forager;
using namespace forager::cli;

namespace {

using Words = std::vector<std::string>;

struct Program {
    CLI::App app{"", "forager"};
    Common common;

    Program()
    {
        app.require_subcommand(1);
        for (const char* name : {"call", "check", "run"})
            add_command(app, name, "", common);
        CLI::App* config = app.add_subcommand("config", "");
        config->require_subcommand(1);
        for (const char* name : {"check", "explain"})
            add_command(*config, name, "", common);
        CLI::App* deeper = config->add_subcommand("deeper", "");
        deeper->require_subcommand(1);
        add_command(*deeper, "still", "", common);
    }

    std::string complaint(Words words)
    {
        if (const auto wrong = wrong_command(app, words))
            return wrong->message;
        try {
            std::ranges::reverse(words);
            app.parse(std::move(words));
        } catch (const CLI::ParseError& error) {
            return wrong_usage(app, error).message;
        }
        return "";
    }
};

std::string complaint(Words words)
{
    return Program{}.complaint(std::move(words));
}

const std::string help = " (see 'forager --help')";

} // namespace

TEST_CASE("flags between a group and its verb are the verb's")
{
    Program program;
    const auto behind = [&](Words words) { return flags_behind_verbs(program.app, std::move(words)); };
    CHECK(behind({"config", "--json", "-v", "check", "x"}) == Words{"config", "check", "--json", "-v", "x"});
    CHECK(behind({"config", "--config", "check", "explain"}) == Words{"config", "explain", "--config", "check"});
    CHECK(behind({"config", "--config=check", "explain"}) == Words{"config", "explain", "--config=check"});
    CHECK(behind({"config", "-q", "deeper", "--json", "still"}) == Words{"config", "deeper", "still", "-q", "--json"});
    const std::vector<Words> as_they_are = {
        {},
        {"run", "--json", "check"},
        {"--json", "config", "check"},
        {"config", "--frobnicate", "check"},
        {"config", "--json"},
        {"config", "--json", "frobnicate"},
        {"config", "--config"},
    };
    for (const Words& words : as_they_are)
        CHECK(behind(words) == words);
    CHECK(complaint(behind({"config", "--json", "check"})).empty());
}

TEST_CASE("a command line without mistakes is not complained of")
{
    CHECK(complaint({"run", "--json"}).empty());
}

TEST_CASE("help for a command is its flag")
{
    CHECK(with_help_flag({"help"}) == Words{"--help"});
    CHECK(with_help_flag({"help", "config", "check"}) == Words{"config", "check", "--help"});
    CHECK(with_help_flag({"run", "help"}) == Words{"run", "help"});
    CHECK(complaint(with_help_flag({"help", "chekc"})) == "there is no command 'chekc'; did you mean 'check'?" + help);
}

TEST_CASE("an unknown command is named with the nearest, or with all there are")
{
    CHECK(complaint({"chekc"}) == "there is no command 'chekc'; did you mean 'check'?" + help);
    CHECK(complaint({"frobnicate"}) ==
          "there is no command 'frobnicate'; there are call, check, run and config" + help);
    CHECK(complaint({}) == "a command is needed: call, check, run and config" + help);
}

TEST_CASE("an unknown flag is named with the nearest of its command, without its value")
{
    CHECK(complaint({"run", "--jsn"}) == "'forager run' has no flag '--jsn'; did you mean '--json'?" + help);
    CHECK(complaint({"run", "--confg=secret"}) ==
          "'forager run' has no flag '--confg'; did you mean '--config'?" + help);
    CHECK(complaint({"run", "-x"}).starts_with("'forager run' has no flag '-x'; there are --help, "));
    CHECK(complaint({"--json", "run"}) == "'--json' stands before the command: flags stand behind it" + help);
}

TEST_CASE("a word too many is named")
{
    CHECK(complaint({"check", "extra"}) == "'forager check' has no use for 'extra'" + help);
}

TEST_CASE("a command of commands says which there are, and its own are named in full")
{
    CHECK(complaint({"config", "check", "--json"}).empty());
    CHECK(complaint({"config"}) == "'forager config' needs to know which: check, explain and deeper" + help);
    CHECK(complaint({"config", "--json"}) == complaint({"config"}));
    CHECK(complaint({"config", "deeper"}) == "'forager config deeper' needs to know which: still" + help);
    CHECK(complaint({"config", "deeper", "stil"}) ==
          "there is no 'forager config deeper stil'; did you mean 'still'?" + help);
    CHECK(complaint({"config", "deeper", "still", "x"}) == "'forager config deeper still' has no use for 'x'" + help);
    CHECK(complaint({"config", "chekc"}) == "there is no 'forager config chekc'; did you mean 'check'?" + help);
    CHECK(complaint({"config", "check", "x"}) == "'forager config check' has no use for 'x'" + help);
    CHECK(complaint({"config", "check", "--jsno"}) ==
          "'forager config check' has no flag '--jsno'; did you mean '--json'?" + help);
}
