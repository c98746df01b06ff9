#include "scripting/border.hpp"

#include "script_world.hpp"
#include "scripting/bindings/bindings.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

namespace forager::scripting {
namespace {

namespace asio = boost::asio;
using test::ScriptWorld;

asio::awaitable<Outcome> given(Value value)
{
    co_return Outputs{std::move(value)};
}

// Notes what is asked, answers what reaches the world, and lets the rest through.
class NotingBorder final : public Border {
public:
    asio::awaitable<Outcome> answer(Crossing call) override
    {
        if (!call.outside) {
            inside.push_back(call.name);
            return call.world(std::move(call.request));
        }
        asked.push_back(call.name);
        args = call.request.args;
        return given(Value{Object{{"stdout", "from the border"}}});
    }

    std::vector<std::string> asked;
    std::vector<std::string> inside;
    std::vector<Value> args;
};

std::set<std::string> waiting_inside()
{
    std::set<std::string> names;
    for (const auto& bindings : {broker_bindings(),
                                 call_bindings(),
                                 cfs_bindings(),
                                 colony_bindings(),
                                 colony_blueprint_bindings(),
                                 colony_workflow_bindings(),
                                 docker_bindings(),
                                 durable_bindings(),
                                 feed_bindings(),
                                 file_bindings(),
                                 http_bindings(),
                                 kv_bindings(),
                                 kubernetes_bindings(),
                                 monitor_bindings(),
                                 python_bindings(),
                                 queue_bindings(),
                                 s3_bindings(),
                                 session_bindings(),
                                 unix_bindings(),
                                 workflow_bindings()})
        for (const Binding& binding : bindings)
            if (std::holds_alternative<Inside>(binding.function))
                names.insert(binding.name);
    return names;
}

TEST_CASE("all that waits reaches the world, but for what is the agent's own")
{
    CHECK(waiting_inside() == std::set<std::string>{"call", "durable_now", "durable_random", "durable_sleep",
                                                    "kv_delete", "kv_get", "kv_list", "kv_set", "lines_next",
                                                    "serve_session", "step_failed", "step_keep", "wait_signal",
                                                    "workflow_run"});
}

TEST_CASE("calls are named as scripts know them")
{
    std::set<std::string> names;
    for (const auto& bindings : {unix_bindings(), docker_bindings(), http_bindings()})
        for (const Binding& binding : bindings)
            if (std::holds_alternative<Outside>(binding.function))
                names.insert(public_name(binding));
    for (const char* name : {"sh", "docker.run", "docker.events", "docker.volumes.create", "http.request"})
        CHECK(names.contains(name));
}

TEST_CASE("a border answers in place of the world, and is not asked twice")
{
    ScriptWorld world;
    NotingBorder border;
    world.border = &border;
    const auto outcome = world.run_script(R"(
        local forager = require "forager"
        forager.kv.set("key", "kept")
        return forager.sh({ "rm", "everything" }).stdout .. " " .. forager.kv.get "key")");
    CHECK(outcome.value() == Outputs{Value{"from the border kept"}});
    CHECK(border.asked == std::vector<std::string>{"sh"});
    CHECK(border.inside == std::vector<std::string>{"kv.set", "kv.get"});
    CHECK(*border.args.front().get<Object>()->find("argv") == Value{Array{"rm", "everything"}});
}

TEST_CASE("a script that is only checked is answered by stubs, whatever border there is")
{
    ScriptWorld world;
    NotingBorder border;
    world.border = &border;
    const auto outcome = world.run_script(R"(
        local forager = require "forager"
        assert(forager.http.get("http://127.0.0.1:1/").status == 200)
        assert(forager.kv.get "key" == nil))",
                                          ScriptWorld::Mode::check);
    CHECK(outcome.has_value());
    CHECK(border.asked.empty());
}

TEST_CASE("the calendar and chance of scripts are those of their world")
{
    const auto text = R"(return { os.time(), os.date "!%F", math.random(1 << 40) })";
    ScriptWorld first;
    ScriptWorld second;
    const auto seen = first.run_script(text);
    CHECK(seen.value() == second.run_script(text).value());
    const Array& values = *seen.value().front().get<Array>();
    const auto wall = std::chrono::duration_cast<std::chrono::seconds>(first.clock.wall().time_since_epoch());
    CHECK(values[0] == Value{wall.count()});
}

} // namespace
} // namespace forager::scripting
