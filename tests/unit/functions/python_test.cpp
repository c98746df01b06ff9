#include "builtin_world.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

Invocation python_code(std::vector<Value> args, Object kwargs = {}, Object env = {})
{
    Invocation invocation = calling("python.python_code", std::move(args));
    invocation.kwargs = std::move(kwargs);
    invocation.env = std::move(env);
    return invocation;
}

struct PythonWorld : BuiltinWorld {
    PythonWorld() { runner.result->report = R"({"outputs": []})"; }

    /// What the interpreter is asked to do.
    Object request(Invocation invocation)
    {
        const auto outcome = call(std::move(invocation));
        REQUIRE(outcome);
        return *parse_json(runner.commands.back().input).value().get<Object>();
    }
};

Object upstream_env(const std::string& code)
{
    return {{"code", to_base64(code)}, {"args_spec", "a,b,ctx"}, {"COLONIES_COLONY_NAME", "dev"}};
}

} // namespace

TEST_CASE("the code comes by position or by name, and the rest is for its function")
{
    PythonWorld world;
    const Object by_position = world.request(python_code({"def f(a): return a", 7}));
    CHECK(*by_position.find("code") == Value{"def f(a): return a"});
    CHECK(*by_position.find("args") == Value{Array{7}});
    CHECK(*by_position.find("call") == Value{"*"});
    CHECK(by_position.find("ctx")->is_null());
    const Object by_name =
        world.request(python_code({7}, {{"code", "x"}, {"function", "f"}, {"kwargs", Object{{"b", 2}}}}));
    CHECK(*by_name.find("code") == Value{"x"});
    CHECK(*by_name.find("args") == Value{Array{7}});
    CHECK(*by_name.find("kwargs") == Value{Object{{"b", 2}}});
    CHECK(*by_name.find("call") == Value{"f"});
}

TEST_CASE("an upstream call has its code in the environment, and everything else is for the function")
{
    PythonWorld world;
    Invocation invocation = python_code({1}, {{"b", 2}, {"function", "f"}}, upstream_env("def f(a, b, ctx): pass"));
    invocation.id = "77";
    const Object request = world.request(invocation);
    CHECK(*request.find("code") == Value{"def f(a, b, ctx): pass"});
    CHECK(*request.find("args") == Value{Array{1}});
    CHECK(*request.find("kwargs") == Value{Object{{"b", 2}}});
    const Object& context = *request.find("ctx")->get<Object>();
    CHECK(*context.find("colonyname") == Value{"dev"});
    CHECK(context.find("executor_prvkey")->is_null());
    CHECK(*context.find("process")->get<Object>()->find("processid") == Value{"77"});
    const Object spec{
        {"funcname", "f"}, {"args", Array{1}}, {"kwargs", Object{{"b", 2}}}, {"env", Value{invocation.env}}};
    CHECK(*context.find("process")->get<Object>()->find("spec") == Value{spec});
    CHECK(world.runner.commands.back().env ==
          std::vector<std::pair<std::string, std::string>>{{"COLONIES_COLONY_NAME", "dev"}});
}

TEST_CASE("the code sees the process that its source gave, and no child sees it")
{
    PythonWorld world;
    Object env = upstream_env("def f(ctx): pass");
    env.set("$process", R"({"processid": "77", "parents": []})");
    Invocation invocation = python_code({}, {{"function", "f"}}, env);
    const Object request = world.request(invocation);
    CHECK(*request.find("ctx")->get<Object>()->find("process") ==
          Value{Object{{"processid", "77"}, {"parents", Array{}}}});
    CHECK(world.runner.commands.back().env ==
          std::vector<std::pair<std::string, std::string>>{{"COLONIES_COLONY_NAME", "dev"}});
}

TEST_CASE("code that is not there or not readable is refused before anything runs")
{
    PythonWorld world;
    CHECK(world.failure(python_code({})).message.starts_with("Invalid argument: python.python_code needs"));
    CHECK(world.failure(python_code({7})).message.starts_with("Invalid argument: python.python_code needs"));
    CHECK(world.failure(python_code({7}, {{"session", true}})).message.starts_with("Invalid argument: python.python"));
    CHECK(world.failure(python_code({}, {{"session", 1}})).message.starts_with("Invalid argument: 'session'"));
    CHECK(world.failure(python_code({}, {}, {{"code", "not base64!"}})).message.find("base64") != std::string::npos);
    CHECK(world.failure(python_code({"x"}, {{"fucntion", "f"}})).message.ends_with("(did you mean 'function'?)"));
    CHECK(world.failure(python_code({"x", 1}, {{"args", Array{2}}})).message.ends_with("given twice"));
    CHECK(world.failure(python_code({"x"}, {{"kwargs", 2}})).message.find("must be a table") != std::string::npos);
    CHECK(world.runner.commands.empty());
}

TEST_CASE("an exception of the code is told in upstream's words and in Python's")
{
    PythonWorld world;
    world.runner.result->report =
        R"({"failure": {"code": "script", "message": "ValueError: bad", "where": "<code>:1", "traceback": "…"}})";
    CHECK(world.failure(python_code({"x"})).message == "Failed to execute function: ValueError: bad");
}
