#include "primitives/unix.hpp"

#include "io/process/local_process_runner.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

struct World {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};

    Result<Completed> run(Command command, bool check = true)
    {
        return strand.run(run_checked(runner, std::move(command), check));
    }
};

} // namespace

TEST_CASE("a command that ends well gives its outputs")
{
    World world;
    const auto done = world.run(shell_command("echo $((1 + 1))"));
    REQUIRE(done.has_value());
    CHECK(done->out == "2\n");
}

TEST_CASE("a failed command says how it ended and what it said last")
{
    World world;
    const auto done = world.run(shell_command("echo out; echo reading x.png >&2; echo no such image >&2; exit 3"));
    REQUIRE_FALSE(done.has_value());
    const Failure& failure = done.error();
    CHECK(failure.code == Errc::exit);
    CHECK(failure.message == "`echo out; echo reading x.png >&2; echo no such image >&2; exit 3` ended with status 3: "
                             "reading x.png\nno such image");
    CHECK(*failure.details.find("exit_code") == Value{3});
    CHECK(*failure.details.find("stdout") == Value{"out\n"});
    CHECK(*failure.details.find("stderr") == Value{"reading x.png\nno such image\n"});
    CHECK(failure.details.find("signal") == nullptr);
}

TEST_CASE("a command that a signal ended says which")
{
    World world;
    const auto done = world.run(shell_command("kill -KILL $$"));
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().message == "`kill -KILL $$` was ended by signal 9 (Killed)");
    CHECK(*done.error().details.find("exit_code") == Value{137});
    CHECK(*done.error().details.find("signal") == Value{9});
}

TEST_CASE("without check a status is a result")
{
    World world;
    const auto done = world.run(shell_command("exit 3"), false);
    REQUIRE(done.has_value());
    CHECK(done->code == 3);
}

TEST_CASE("one merged stream has the last words, too")
{
    World world;
    Command command = shell_command("echo broken; exit 1");
    command.merge = true;
    CHECK(world.run(std::move(command)).error().message == "`echo broken; exit 1` ended with status 1: broken");
}

TEST_CASE("a sentence names a command on one short line")
{
    CHECK(shown({"convert", "x.png"}) == "convert x.png");
    CHECK(shown({"/bin/sh", "-c", "\n  first\n  second\n"}) == "first …");
    const std::string name = shown({"echo", std::string(200, 'x')});
    CHECK(name.size() <= 80 + 4);
    CHECK(name.ends_with("x …"));
    CHECK(shown({"echo", "\xff"}) == "echo ?");
}

TEST_CASE("last words are bounded and are text")
{
    CHECK(last_words(std::string(1000, 'x') + "\nlast line\n").ends_with("last line"));
    CHECK(last_words(std::string(1000, 'x') + "\nlast line\n").size() < 320);
    CHECK(last_words(" \n").empty());
    CHECK(last_words("a\xff") == "a?");
}
