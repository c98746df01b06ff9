#include "core/offer.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

namespace {

const std::vector<std::string> functions = {"echo.echo", "media.scale", "python.python_code", "unix.unix_command"};

Invocation process(std::string name, std::vector<Value> args = {}, Object kwargs = {})
{
    Invocation invocation;
    invocation.function = std::move(name);
    invocation.args = std::move(args);
    invocation.kwargs = std::move(kwargs);
    return invocation;
}

Offer offer(std::string type, std::vector<std::string> patterns = {"*"})
{
    return {std::move(type), std::move(patterns), false};
}

std::string matched(Invocation invocation, const Offer& offer)
{
    const auto result = match(invocation, offer, functions);
    return result ? invocation.function : result.error().message;
}

} // namespace

TEST_CASE("a process's name is a full name first, then one of the family that is called like the executor's type")
{
    CHECK(matched(process("media.scale"), offer("forager")) == "media.scale");
    CHECK(matched(process("echo.echo"), offer("echo")) == "echo.echo");
    CHECK(matched(process("echo"), offer("echo")) == "echo.echo");
    CHECK(matched(process("unix_command"), offer("unix")) == "unix.unix_command");
    CHECK(matched(process("python_code"), offer("python-executor")) == "python.python_code");
}

TEST_CASE("what an executor does not offer it does not have, and says what it has")
{
    CHECK(matched(process("echo"), offer("forager")) ==
          "Unsupported function: echo; this executor of type forager has echo.echo, media.scale, python.python_code "
          "and unix.unix_command");
    CHECK(matched(process("media.scale"), offer("edge", {"echo.*", "unix.*"})) ==
          "Unsupported function: media.scale; this executor of type edge has echo.echo and unix.unix_command");
    CHECK(matched(process("ls"), offer("unix", {"echo.*"})) ==
          "Unsupported function: ls; this executor of type unix has echo.echo");
    CHECK(matched(process("x"), offer("edge", {"k8s.*"})) ==
          "Unsupported function: x; this executor of type edge has none");
    CHECK(matched(process("x"), offer("ml", {"ml.*"})) == "Unsupported funcname: x; this executor of type ml has none");
    Invocation unknown = process("x");
    const auto refused = match(unknown, offer("edge"), functions);
    CHECK(refused.error().code == Errc::not_found);
    CHECK_FALSE(refused.error().retry);
}

TEST_CASE("a unix executor runs any program by name, with its arguments as they are")
{
    Invocation ls = process("ls", {"-al", "a b", 3}, {{"cwd", "/tmp"}, {"whatever", 1}});
    REQUIRE(match(ls, offer("unix"), functions));
    CHECK(ls.function == "unix.unix_command");
    CHECK(ls.args.empty());
    CHECK(ls.kwargs == Object{{"cmd", "ls"}, {"args", Array{"-al", "a b", 3}}, {"shell", false}, {"cwd", "/tmp"}});
    CHECK(matched(process("ls"), offer("edge")).starts_with("Unsupported function: ls"));
    CHECK(matched(process(""), offer("unix")).starts_with("Unsupported function: ;"));
}

TEST_CASE("a line for the shell is the wish of the process or of the executor's entry")
{
    Offer entry = offer("unix");
    Invocation by_process = process("ls", {}, {{"shell", true}});
    REQUIRE(match(by_process, entry, functions));
    CHECK(*by_process.kwargs.find("shell") == Value{true});
    entry.shell = true;
    Invocation by_entry = process("ls");
    REQUIRE(match(by_entry, entry, functions));
    CHECK(*by_entry.kwargs.find("shell") == Value{true});
    Invocation against_it = process("ls", {}, {{"shell", false}});
    REQUIRE(match(against_it, entry, functions));
    CHECK(*against_it.kwargs.find("shell") == Value{false});
    Invocation by_full_name = process("unix.unix_command", {"ls", "-l"});
    REQUIRE(match(by_full_name, entry, functions));
    CHECK(*by_full_name.kwargs.find("shell") == Value{true});
}

TEST_CASE("a python executor calls any function whose code comes with the process")
{
    Invocation sum = process("sum_nums", {1, 2});
    CHECK(matched(sum, offer("python")).starts_with("Unsupported function: sum_nums"));
    sum.env = {{"code", "ZGVm"}};
    REQUIRE(match(sum, offer("python"), functions));
    CHECK(sum.function == "python.python_code");
    CHECK(sum.args == std::vector<Value>{1, 2});
    CHECK(*sum.kwargs.find("function") == Value{"sum_nums"});
    Invocation other = process("sum_nums", {}, {{"function", "other"}});
    other.env = {{"code", "ZGVm"}};
    REQUIRE(match(other, offer("python"), functions));
    CHECK(*other.kwargs.find("function") == Value{"other"});
}

TEST_CASE("a session's function needs no code, and the entry may ask for a session")
{
    Invocation by_process = process("sum_nums", {1, 2}, {{"session", true}});
    REQUIRE(match(by_process, offer("python"), functions));
    CHECK(by_process.args == std::vector<Value>{1, 2});
    CHECK(by_process.kwargs == Object{{"session", true}, {"code", ""}, {"function", "sum_nums"}});
    Offer entry = offer("python");
    entry.session = true;
    Invocation by_entry = process("sum_nums", {1, 2});
    REQUIRE(match(by_entry, entry, functions));
    CHECK(*by_entry.kwargs.find("session") == Value{true});
    Invocation with_code = process("python_code", {}, {{"code", "x = 1"}});
    REQUIRE(match(with_code, entry, functions));
    CHECK(with_code.kwargs == Object{{"code", "x = 1"}, {"session", true}});
    Invocation against_it = process("sum_nums", {}, {{"session", false}});
    CHECK_FALSE(match(against_it, entry, functions));
    against_it.env = {{"code", "ZGVm"}};
    REQUIRE(match(against_it, entry, functions));
    CHECK(*against_it.kwargs.find("session") == Value{false});
}

TEST_CASE("a wish for a shell that is no flag is left to be refused")
{
    Invocation wrong = process("ls", {}, {{"shell", "true"}});
    REQUIRE(match(wrong, offer("unix"), functions));
    CHECK(*wrong.kwargs.find("shell") == Value{"true"});
}

TEST_CASE("the names by which a server asks the handler of blueprints mean the family reconcile")
{
    const std::vector<std::string> all = {"echo.echo", "reconcile.cleanup", "reconcile.reconcile",
                                          "reconcile.reconcile_executor_deployment", "unix.unix_command"};
    const auto called = [&](std::string name, const Offer& offer) {
        Invocation invocation = process(std::move(name));
        const auto result = match(invocation, offer, all);
        return result ? invocation.function : "refused";
    };
    const Offer fleet = offer("fleet-reconciler", {"reconcile.*"});
    CHECK(called("reconcile", fleet) == "reconcile.reconcile");
    CHECK(called("reconcile_executor_deployment", fleet) == "reconcile.reconcile_executor_deployment");
    CHECK(called("cleanup", fleet) == "reconcile.cleanup");
    CHECK(called("reconcile.reconcile", fleet) == "reconcile.reconcile");
    CHECK(called("echo", fleet) == "refused");
    CHECK(called("cleanup", offer("edge", {"echo.*"})) == "refused");
    CHECK(called("cleanup", offer("unix")) == "unix.unix_command"); // a program of this name
}
