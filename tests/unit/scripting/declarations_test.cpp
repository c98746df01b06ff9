#include "result_text.hpp"
#include "script_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

// How the script, whose declarations begin in line 3, is refused: the message, and that it is a declaration's.
Failure refusal(const std::string& text)
{
    ScriptWorld world;
    const auto outcome = world.run_script("local forager = require 'forager'\nlocal w = forager.workflow 'w'\n" + text,
                                          ScriptWorld::Mode::load);
    REQUIRE_MESSAGE(!outcome, text);
    CHECK_MESSAGE(outcome.error().declaration, text);
    CHECK_MESSAGE(outcome.error().code == Errc::bad_arguments, text);
    return outcome.error();
}

void says(const Failure& failure, const std::string& words, const std::string& line)
{
    INFO(failure.message);
    CHECK(failure.message.find(words) != std::string::npos);
    CHECK(failure.where.ends_with(line));
}

} // namespace

TEST_CASE("a value that is no data in a declaration is refused with its path and place")
{
    const auto func = [](const std::string& args) {
        return "forager.func { name = 'a.b', run = print, " + args + " }";
    };
    says(refusal(func("args = { { 'x', 'any', default = print } }")),
         "func 'a.b': argument 1: default is a function, which is not data", ".lua:3");
    says(refusal(func("args = { { 'x', 'number', default = 0/0 } }")), "default is not a number (NaN)", ".lua:3");
    says(refusal(func("args = { 1/0 }")), "argument 1 takes a table of options", ".lua:3");
    says(refusal(func("timeout = 1/0")), "option 'timeout' must be a duration", ".lua:3");
    says(refusal("forager.every(1/0, print)"), "argument 1 must be a duration", ".lua:3");
    const auto task = [](const std::string& more) { return "w:task { 'one', call = 'echo.echo', " + more + " }"; };
    says(refusal(task("args = { 1, { 1/0 } }")), "task 'one': args[2][1] is an infinite number", ".lua:3");
    says(refusal(task("args = { 1, nil, 3 }")), "task 'one': args is a list with holes", ".lua:3");
    says(refusal(task("kwargs = { x = print }")), "task 'one': kwargs.x is a function", ".lua:3");
    says(refusal(task("foreach = { print }")), "task 'one': foreach[1] is a function", ".lua:3");
}

TEST_CASE("lists and names of a task are not taken for each other")
{
    const auto task = [](const std::string& more) { return "w:task { 'one', call = 'echo.echo', " + more + " }"; };
    says(refusal(task("args = { x = 1 }")), "task 'one': args must be a list without holes: it has a value at [x]",
         ".lua:3");
    says(refusal(task("kwargs = { 1, 2 }")), "task 'one': kwargs must have names as keys: it has a value at [1]",
         ".lua:3");
    says(refusal(task("foreach = { x = 1 }")), "task 'one': foreach must be a list", ".lua:3");
    for (const char* option : {"args", "kwargs"})
        says(refusal("local dump = w:task { 'dump', call = 'echo.echo' }\n" + task(std::string{option} + " = dump")),
             std::string{"task 'one': "} + option + " is a table of its own, not a task's result", ".lua:4");
}

TEST_CASE("two hooks of a script are not for the same requests")
{
    const Failure hook = refusal("forager.on('http:GET /{a}/x', print)\nforager.on('http:PUT /{b}/x', print)\n"
                                 "forager.on('http:GET /{b}/x', print)");
    says(hook, "on: 'http:GET /{b}/x' is handled at ", ".lua:5");
    says(hook, ".lua:3 already, as 'http:GET /{a}/x'", ".lua:5");
    says(refusal("forager.on('http:GET /x', print)\nforager.on('http:GET /x', print)"),
         "on: 'http:GET /x' is handled at ", ".lua:4");
    says(refusal("forager.on('file:/x/*', print)\nforager.on('file:/x/*', print)"), "on: 'file:/x/*' is handled at ",
         ".lua:4");
}

TEST_CASE("an event of a broker is refused where it names nothing, and options where they mean nothing")
{
    says(refusal("forager.on('redis:', print)"), "'redis:' names nothing", ".lua:3");
    says(refusal("forager.on('nats:a', print)"), "no source for 'nats' events", ".lua:3");
    says(refusal("forager.on('file:/a/*', print, { concurrency = 1 })"), "concurrency is for messages", ".lua:3");
    says(refusal("forager.on('redis:a', print, { group = 'x' })"), "group is for redis-stream: events", ".lua:3");
    says(refusal("forager.on('mqtt:a', print, { secret_file = 'x' })"),
         "secret_file and signature are for http:", ".lua:3");
    says(refusal("forager.on('redis:a', print) forager.on('redis:a', print)"), "is handled at", ".lua:3");
}

TEST_CASE("entries of streams are always durable, messages when the script says so")
{
    ScriptWorld world;
    scripting::Script& script = world.script("local forager = require 'forager'\n"
                                             "forager.on('redis:a.*', print)\n"
                                             "forager.on('mqtt:a/+', print, { durable = true })\n"
                                             "forager.on('redis-stream:jobs', print, { group = 'g' })",
                                             ScriptWorld::Mode::load);
    REQUIRE(world.run(script.run_main(world.invocation, world.observer)));
    REQUIRE(script.watchers.size() == 3);
    CHECK_FALSE(script.watchers[0].durable);
    CHECK(script.watchers[0].broker->pattern == "a.*");
    CHECK(script.watchers[1].durable);
    CHECK(script.watchers[1].broker->broker == "mqtt");
    CHECK(script.watchers[2].durable);
    CHECK(script.watchers[2].broker->is_stream);
}

TEST_CASE("two handlers of a container's events may hear of other containers")
{
    ScriptWorld world;
    scripting::Script& script = world.script("local forager = require 'forager'\n"
                                             "forager.on('docker:die', print)\n"
                                             "forager.on('docker:die', print, { name = 'web-*' })\n"
                                             "forager.on('docker:*', print, { labels = { team = 'a' } })",
                                             ScriptWorld::Mode::load);
    REQUIRE(world.run(script.run_main(world.invocation, world.observer)));
    REQUIRE(script.watchers.size() == 3);
    CHECK(script.watchers[0].function != script.watchers[1].function);
    says(refusal("forager.on('docker:die', print)\nforager.on('docker:die', print)"), "is handled at ", ".lua:4");
    says(refusal("forager.on('docker:died', print)"), "on: a container has no event 'died'", ".lua:3");
    says(refusal("forager.on('file:/x/*', print, { name = 'x' })"), "name and labels are for docker: and k8s: events",
         ".lua:3");
}

TEST_CASE("handlers of objects' changes are told apart by their namespace, too")
{
    ScriptWorld world;
    scripting::Script& script =
        world.script("local forager = require 'forager'\n"
                     "forager.on('k8s:pods/deleted', print, { labels = { app = 'a' } })\n"
                     "forager.on('k8s:pods/deleted', print, { namespace = 'b', durable = true })\n"
                     "forager.on('k8s:widgets.example.com', print)",
                     ScriptWorld::Mode::load);
    REQUIRE(world.run(script.run_main(world.invocation, world.observer)));
    REQUIRE(script.watchers.size() == 3);
    CHECK(script.watchers[0].function != script.watchers[1].function);
    CHECK(script.watchers[1].durable);
    says(refusal("forager.on('k8s:pods/delted', print)"), "did you mean 'deleted'?", ".lua:3");
    says(refusal("forager.on('k8s:', print)"), "names a resource", ".lua:3");
    says(refusal("forager.on('docker:die', print, { namespace = 'x' })"), "namespace is for k8s: events", ".lua:3");
}

TEST_CASE("a script declares monitors, with a handler or the name of a function")
{
    ScriptWorld world;
    scripting::Script& script =
        world.script("local forager = require 'forager'\n"
                     "local name = forager.monitor { container = 'web', damp = '1m', run = function() end }\n"
                     "forager.monitor { name = 'dbs', prefix = 'db-', call = 'a.b', kwargs = { to = 'c' },\n"
                     "  expect = { memory = '64MB' } }\n"
                     "return name",
                     ScriptWorld::Mode::load);
    const auto outcome = world.run(script.run_main(world.invocation, world.observer));
    REQUIRE(outcome);
    REQUIRE(script.monitors.size() == 2);
    const Monitor& web = script.monitors[0];
    CHECK(web.name == "script/web");
    CHECK(web.damp == std::chrono::minutes{1});
    CHECK(web.function.starts_with("monitor.script."));
    CHECK(web.owner == script.path());
    CHECK(world.registry.find(web.function));
    const Monitor& dbs = script.monitors[1];
    CHECK(dbs.name == "dbs");
    CHECK(dbs.function == "a.b");
    CHECK(dbs.kwargs == Object{{"to", "c"}});
    CHECK(dbs.expect.memory == 64 * 1024 * 1024);
}

TEST_CASE("monitors that make no sense are refused with their place")
{
    const auto monitor = [](const std::string& text) { return "forager.monitor { " + text + " }"; };
    says(refusal(monitor("container = 'x'")), "monitor needs a function 'run', or the name of one as 'call'", ".lua:3");
    says(refusal(monitor("container = 'x', run = print, call = 'a.b'")), "monitor needs a function", ".lua:3");
    says(refusal(monitor("container = 'x', run = print, kwargs = {}")), "'kwargs' go with 'call'", ".lua:3");
    says(refusal(monitor("run = print")), "monitor: it needs a 'container'", ".lua:3");
    says(refusal(monitor("contaner = 'x', run = print")), "did you mean 'container'", ".lua:3");
    says(refusal(monitor("container = 'x', run = print, expect = { restart = 1 }")), "did you mean 'restarts'",
         ".lua:3");
    says(refusal(monitor("container = 'x', call = 'a.b', kwargs = { x = print }")), "kwargs.x is a function", ".lua:3");
    says(refusal(monitor("container = 'x', run = print, interval = 0")), "'interval' must be from 1s", ".lua:3");
    says(refusal(monitor("container = 'x', run = print") + "\n" + monitor("container = 'x', run = print")),
         "there are two of the name 'script/x'", ".lua:4");
}

TEST_CASE("a reconciler is declared with its schema and its period, and hears of its events beside others")
{
    ScriptWorld world;
    std::vector<std::string> touched;
    world.touch = [&](const std::string& kind, const std::string& name) { touched.push_back(kind + "/" + name); };
    scripting::Script& script = world.script(
        "local forager = require 'forager'\n"
        "forager.reconciler { kind = 'Site', every = '5s', actual = print, apply = print, delete = print,\n"
        "  schema = { properties = { ports = { type = 'array', default = {} } } },\n"
        "  watch = { { 'docker:die', function(event) return event.name end }, 'file:/x/*' } }\n"
        "forager.reconciler { kind = 'Other', actual = print, apply = print, watch = 'docker:die', timeout = '3s' }\n"
        "forager.on('docker:die', print)",
        ScriptWorld::Mode::load);
    REQUIRE(world.run(script.run_main(world.invocation, world.observer)));
    REQUIRE(script.reconcilers.size() == 2);
    const scripting::DeclaredReconciler& site = script.reconcilers[0];
    CHECK(site.kind == "Site");
    CHECK(site.function == "reconciler.Site");
    CHECK(site.every == std::chrono::seconds{5});
    CHECK(site.has_delete);
    CHECK(site.where.ends_with(".lua:2"));
    CHECK(script.reconcilers[1].every == std::chrono::seconds{30});
    CHECK_FALSE(script.reconcilers[1].has_delete);
    CHECK(world.registry.find("reconciler.Other").value()->function.timeout == std::chrono::seconds{3});
    REQUIRE(script.watchers.size() == 4);
    CHECK(script.watchers[0].event == "docker:die");
    const auto hear = [&](const scripting::Watcher& watcher, Value event) {
        CHECK(world.call(calling(watcher.function, {std::move(event)})));
    };
    hear(script.watchers[0], Object{{"name", "one"}});
    hear(script.watchers[0], Object{{"other", "one"}});
    hear(script.watchers[1], "/x/y");
    hear(script.watchers[2], Object{{"name", "one"}});
    CHECK(touched == std::vector<std::string>{"Site/one", "Site/", "Other/"});
}

TEST_CASE("reconcilers that make no sense are refused with their place")
{
    const auto reconciler = [](const std::string& text) {
        return "forager.reconciler { actual = print, apply = print, " + text + " }";
    };
    says(refusal(reconciler("kind = 'A', schma = {}")), "did you mean 'schema'", ".lua:3");
    says(refusal(reconciler("every = '5s'")), "reconciler needs the kind", ".lua:3");
    says(refusal(reconciler("kind = 'ExecutorDeployment'")), "is built in", ".lua:3");
    says(refusal(reconciler("kind = 'A'") + "\n" + reconciler("kind = 'A'")), ".lua:3 already", ".lua:4");
    says(refusal(reconciler("kind = 'A', schema = { type = 'steam' }")), "reconciler 'A': ", ".lua:3");
    says(refusal(reconciler("kind = 'A', watch = 'docker:died'")), "on: a container has no event 'died'", ".lua:3");
    says(refusal("forager.reconciler { kind = 'A', apply = print }"), "needs a function 'actual'", ".lua:3");
}
