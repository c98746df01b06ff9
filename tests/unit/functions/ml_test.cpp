#include "builtin_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

using Words = std::vector<std::string>;

Invocation execute(Object kwargs)
{
    Invocation invocation = calling("ml.execute");
    invocation.kwargs = std::move(kwargs);
    return invocation;
}

std::string line_of(Object kwargs)
{
    BuiltinWorld world;
    REQUIRE(world.call(execute(std::move(kwargs))).value().empty());
    REQUIRE(world.runner.commands.size() == 1);
    const Words& argv = world.runner.commands.front().argv;
    REQUIRE(argv.size() == 3);
    CHECK(argv[0] == "/bin/sh");
    CHECK(argv[1] == "-c");
    return argv[2];
}

std::string refused(Object kwargs)
{
    BuiltinWorld world;
    const Failure failure = world.failure(execute(std::move(kwargs)));
    CHECK(world.runner.commands.empty());
    return failure.message;
}

} // namespace

TEST_CASE("execute makes one line for the shell of its keyword arguments")
{
    CHECK(line_of({{"cmd", "python3"}}) == "python3");
    CHECK(line_of({{"cmd", "python3"}, {"args", Array{"train.py", "--epochs", 3, "$DATA"}}}) ==
          "python3 train.py --epochs 3 $DATA");
    CHECK(line_of({{"cmd", "run"}, {"args", Array{"x"}}, {"init-cmd", "cd /srv"}, {"keep_snapshots", true}}) ==
          "cd /srv;run x");
    CHECK(line_of({{"cmd", "run"}, {"args", {}}, {"init-cmd", {}}, {"docker-image", {}}}) == "run");
}

TEST_CASE("the id stands for the first mark of the command, and for the first of its arguments")
{
    BuiltinWorld world;
    Invocation invocation = execute({{"cmd", "{processid} {processid}"},
                                     {"args", Array{"a{processid}", "{processid}"}},
                                     {"init-cmd", "{processid}"}});
    invocation.id = "f00d";
    REQUIRE(world.call(std::move(invocation)));
    CHECK(world.runner.commands.front().argv[2] == "{processid};f00d {processid} af00d {processid}");
}

TEST_CASE("the command sees the environment of the call, its lines are heard meanwhile, and its scope is ended")
{
    BuiltinWorld world;
    world.runner.line = "epoch 1";
    Invocation invocation = execute({{"cmd", "train"}});
    invocation.env = {{"DATA", "/srv"}};
    CHECK(world.call(std::move(invocation)).value().empty());
    const Command& command = world.runner.commands.front();
    CHECK(command.env == std::vector<std::pair<std::string, std::string>>{{"DATA", "/srv"}});
    CHECK(command.merge);
    CHECK(world.observer.lines == Words{"epoch 1"});
    CHECK(world.runner.ended == std::vector{command.scope});
}

TEST_CASE("execute fails in upstream's words, with what the command said last")
{
    BuiltinWorld world;
    world.runner.result->code = 3;
    world.runner.result->out = "no GPU\n";
    const Failure failed = world.failure(execute({{"cmd", "train"}}));
    CHECK(failed.code == Errc::exit);
    CHECK(failed.message == "failed to execute process: `train` ended with status 3: no GPU");
    world.runner.result = Failure{Errc::refused, "no more processes"};
    CHECK(world.failure(execute({{"cmd", "train"}})).message == "Failed to start cmd: no more processes");
    world.runner.result = Failure{Errc::timed_out, "it took too long"};
    CHECK(world.failure(execute({{"cmd", "train"}})).message == "it took too long");
}

TEST_CASE("what makes no command of the host is refused before anything runs")
{
    CHECK(refused({}).starts_with("Failed to parse cmd kwarg: ml.execute needs a command"));
    CHECK(refused({{"cmd", ""}}).starts_with("Failed to parse cmd kwarg"));
    CHECK(refused({{"cmd", 7}}).starts_with("Failed to parse cmd kwarg: Invalid argument: "));
    CHECK(refused({{"cmd", "x"}, {"args", "y"}}) == "Invalid argument: 'args' must be a list, not a string");
    CHECK(refused({{"cmd", "x"}, {"initcmd", "y"}}).find("did you mean 'init-cmd'?") != std::string::npos);
    CHECK(refused({{"cmd", "x"}, {"keep_snapshots", "yes"}}).starts_with("Invalid argument: "));
    CHECK(refused({{"cmd", "x"}, {"docker-image", "busybox"}})
              .starts_with("ContainerExecutor: there is no Docker engine"));
    BuiltinWorld world;
    CHECK(
        world.failure(calling("ml.execute", {"ls"})).message.starts_with("Invalid argument: ml.execute takes keyword"));
}
