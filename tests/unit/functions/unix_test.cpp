#include "builtin_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

Invocation unix_command(std::vector<Value> args, Object kwargs = {})
{
    Invocation invocation = calling("unix.unix_command", std::move(args));
    invocation.kwargs = std::move(kwargs);
    return invocation;
}

Command command_of(const Invocation& invocation)
{
    BuiltinWorld world;
    const auto outcome = world.call(invocation);
    REQUIRE(outcome);
    REQUIRE(world.runner.commands.size() == 1);
    return world.runner.commands.front();
}

} // namespace

TEST_CASE("one word is a line for the shell, several are a program and its arguments")
{
    CHECK(command_of(unix_command({"ls -l | wc"})).argv == Words{"/bin/sh", "-c", "ls -l | wc"});
    CHECK(command_of(unix_command({"ls", "-l", 7})).argv == Words{"ls", "-l", "7"});
    CHECK(command_of(unix_command({"ls", "a b"}, {{"shell", true}})).argv == Words{"/bin/sh", "-c", "ls a b"});
    CHECK(command_of(unix_command({}, {{"cmd", "ls"}, {"args", Array{"-l"}}})).argv == Words{"ls", "-l"});
    CHECK(command_of(unix_command({"ls"}, {{"shell", false}})).argv == Words{"ls"});
}

TEST_CASE("a command gets its folder, input, time and environment")
{
    Invocation invocation =
        unix_command({"x"}, {{"cwd", "/tmp"}, {"stdin", "in"}, {"timeout", "2s"}, {"env", Object{{"A", 1}}}});
    invocation.env = {{"B", "b"}};
    const Command command = command_of(invocation);
    CHECK(command.merge);
    CHECK(command.cwd == "/tmp");
    CHECK(command.input == "in");
    CHECK(command.timeout == 2s);
    CHECK(command.env == std::vector<std::pair<std::string, std::string>>{{"B", "b"}, {"A", "1"}});
}

TEST_CASE("what it prints is the output, its lines are heard meanwhile, and its scope is ended")
{
    BuiltinWorld world;
    world.runner.line = "while it runs";
    world.runner.result = Completed{};
    world.runner.result->out = "all\n";
    CHECK(as_one(world.call(unix_command({"x"})).value()) == Value{"all\n"});
    CHECK(world.observer.lines == Words{"while it runs"});
    CHECK(world.runner.ended == std::vector{world.runner.commands.front().scope});
}

TEST_CASE("a command that fails has its exit code and what it printed")
{
    BuiltinWorld world;
    world.runner.result->code = 3;
    world.runner.result->out = "no space\n";
    const Failure failure = world.failure(unix_command({"dump", "all"}));
    CHECK(failure.code == Errc::exit);
    CHECK(failure.message == "`dump all` ended with status 3: no space");
    CHECK(*failure.details.find("exit_code") == Value{3});
}

TEST_CASE("arguments that make no command are refused before anything runs")
{
    BuiltinWorld world;
    const auto refused = [&world](std::vector<Value> args, Object kwargs = {}) {
        return world.failure(unix_command(std::move(args), std::move(kwargs))).message;
    };
    CHECK(refused({}).starts_with("Invalid argument: a command is needed"));
    CHECK(refused({"ls"}, {{"cmd", "ls"}}).starts_with("Invalid argument: the command is given twice"));
    CHECK(refused({}, {{"cmd", 7}}) == "Invalid argument: 'cmd' must be a string, not an integer");
    CHECK(refused({"ls"}, {{"args", "-l"}}) == "Invalid argument: 'args' must be a list, not a string");
    CHECK(refused({"ls"}, {{"tiemout", 1}}).ends_with("(did you mean 'timeout'?)"));
    CHECK(refused({"ls"}, {{"user", 7}}) == "Invalid argument: 'user' must be a string, not an integer");
    CHECK(refused({"ls"}, {{"timeout", "soon"}}).starts_with("Invalid argument: 'timeout': 'soon' is not a duration"));
    CHECK(refused({"ls"}, {{"env", Object{{"A=B", 1}}}}).find("'A=B' is no name") != std::string::npos);
    CHECK(world.runner.commands.empty());
}

TEST_CASE("a command runs as the user that it names")
{
    CHECK(command_of(unix_command({"x"}, {{"user", "backup"}})).user == "backup");
    CHECK(command_of(unix_command({"x"})).user.empty());
}

TEST_CASE("a command gets the limits that it is given")
{
    const Object limits{
        {"cpu", "1500ms"}, {"memory", "64MB"}, {"file_size", 1000}, {"open_files", 50}, {"processes", nullptr}};
    const ResourceLimits given = command_of(unix_command({"x"}, {{"limits", limits}})).limits;
    CHECK(given.cpu_seconds == 2);
    CHECK(given.memory_bytes == 64U * 1024 * 1024);
    CHECK(given.file_bytes == 1000);
    CHECK(given.open_files == 50);
    CHECK_FALSE(given.processes.has_value());

    BuiltinWorld world;
    const auto refused = [&world](Value limit) {
        return world.failure(unix_command({"x"}, {{"limits", std::move(limit)}})).message;
    };
    CHECK(refused("64MB") == "Invalid argument: 'limits' must be a table, not a string");
    CHECK(refused(Object{{"memroy", 1}}).ends_with("(did you mean 'memory'?)"));
    CHECK(refused(Object{{"memory", "much"}}).starts_with("Invalid argument: 'limits.memory' must be a size"));
    CHECK(refused(Object{{"file_size", 0}}).starts_with("Invalid argument: 'limits.file_size' must be a size"));
    CHECK(refused(Object{{"cpu", "0s"}}).starts_with("Invalid argument: 'limits.cpu' must be a duration"));
    CHECK(refused(Object{{"open_files", -1}}).ends_with("'limits.open_files' must be a whole number from 1 up"));
    CHECK(world.runner.commands.empty());
}
