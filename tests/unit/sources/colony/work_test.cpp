#include "sources/colony/work.hpp"

#include "clients/colonies/record.hpp"
#include "core/process_record.hpp"
#include "io/formats/json.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colony;

namespace {

const Identity who{"c", "edge-1", {"edge"}, colonies::PrivateKey::generate(), {}, "", false};
const ServerAddress server{"example.org", 443, true};

colonies::Process process()
{
    colonies::Process process;
    process.id = "p";
    process.spec.function = "demo.work";
    return process;
}

Result<Invocation> made(const colonies::Process& process)
{
    return invocation_of(process, who, server, {"demo.work"});
}

} // namespace

TEST_CASE("a process is an invocation of its own id, which the colony alone tries again")
{
    colonies::Process full = process();
    full.spec.args = {1, "two"};
    full.spec.kwargs = {{"a", true}};
    const auto invocation = made(full);
    REQUIRE(invocation);
    CHECK(invocation->id == "p");
    CHECK(invocation->function == "demo.work");
    CHECK(invocation->args == Array{1, "two"});
    CHECK(invocation->kwargs == Object{{"a", true}});
    CHECK(invocation->source == "colony edge-1");
    CHECK(invocation->retries == 0);
}

TEST_CASE("commands see the process's environment, its attributes, and where they are, but no key")
{
    colonies::Process full = process();
    full.spec.env = {{"A", "1"}, {"B", "2"}, {"COLONIES_PROCESS_ID", "forged"}};
    colonies::Attribute attribute;
    attribute.key = "B";
    attribute.value = "3";
    full.attributes.push_back(attribute);
    Invocation invocation = made(full).value();
    const auto env = [&](const char* name) { return part<std::string>(invocation.env, name); };
    CHECK(env("A") == "1");
    CHECK(env("B") == "3");
    CHECK(env("COLONIES_PROCESS_ID") == "p");
    CHECK(env("COLONIES_SERVER_HOST") == "example.org");
    CHECK(env("COLONIES_SERVER_PORT") == "443");
    CHECK(env("COLONIES_TLS") == "true");
    CHECK(env("COLONIES_EXECUTOR_ID") == who.key.id());
    CHECK(invocation.env.find("COLONIES_PRVKEY") == nullptr);
    add_key(invocation, who);
    CHECK(invocation.env.find("COLONIES_PRVKEY") == nullptr);
    Identity open = who;
    open.pass_key = true;
    add_key(invocation, open);
    CHECK(env("COLONIES_PRVKEY") == who.key.reveal());
    CHECK(env("COLONIES_EXECUTOR_PRVKEY") == who.key.reveal());
}

TEST_CASE("what the parents gave stands for arguments that are not there, and always where code comes along")
{
    colonies::Process child = process();
    child.in = {7};
    CHECK(made(child)->args == Array{7});
    child.spec.args = {1};
    CHECK(made(child)->args == Array{1});
    child.spec.env = {{"code", "x"}};
    CHECK(made(child)->args == Array{7});
    child.in = {};
    CHECK(made(child)->args == Array{1});
    colonies::Process named = process();
    named.in = {7};
    named.spec.kwargs = {{"a", 1}};
    CHECK(made(named)->args.empty());
}

TEST_CASE("a task of a script's workflow is called as in an embedded one")
{
    colonies::Process task = process();
    task.spec.node = "report";
    task.spec.env = {{"FORAGER_TASK", R"({"workflow":"nightly","retries":3,"timeout":1.5})"}, {"A", "1"}};
    colonies::Attribute copy;
    copy.key = "FORAGER_TASK";
    task.attributes.push_back(copy);
    task.in = {"not an argument"};
    task.retries = 1;
    const Invocation bare = made(task).value();
    CHECK(bare.args.empty());
    CHECK(bare.label == "nightly.report");
    CHECK(bare.retries == 2);
    CHECK(bare.timeout == std::chrono::milliseconds{1500});
    CHECK(bare.env.find("FORAGER_TASK") == nullptr);
    CHECK(bare.env.find("A") != nullptr);
    task.retries = 9;
    task.spec.args = {Object{{"$result", Array{"dump", "file"}}}, Object{{"$base64", "/w=="}}};
    task.spec.kwargs = {{"all", Object{{"$result", Array{"list"}}}}};
    const ParentResults parents{{"dump", Object{{"file", "x.sql"}}}, {"list", Value{}}};
    const auto full = invocation_of(task, who, server, {"demo.work"}, parents);
    REQUIRE(full);
    CHECK(full->args == Array{"x.sql", "\xff"});
    CHECK(full->kwargs == Object{{"all", Value{}}});
    CHECK(full->retries == 0);
    const auto lacking = made(task);
    REQUIRE_FALSE(lacking);
    CHECK(lacking.error().message.find("'dump'") != std::string::npos);
}

TEST_CASE("what only looks like a task's note makes a process of its usual kind")
{
    colonies::Process child = process();
    child.in = {7};
    for (const char* text : {"", "nightly", "[1]", "{"}) {
        child.spec.env = {{"FORAGER_TASK", text}};
        CHECK_FALSE(note_of(child));
        CHECK(made(child)->args == Array{7});
    }
    child.spec.env = {{"FORAGER_TASK", "{}"}};
    CHECK(made(child)->retries == std::nullopt); // as the function says
}

TEST_CASE("the colony hears one sentence with its place, and a bounded traceback")
{
    Failure failure{Errc::script, "it broke"};
    CHECK(errors_of(failure) == std::vector<std::string>{"it broke"});
    failure.where = "a.lua:3";
    failure.traceback = std::string(100'000, 'x');
    const auto errors = errors_of(failure);
    REQUIRE(errors.size() == 2);
    CHECK(errors[0] == "a.lua:3: it broke");
    CHECK(errors[1].size() < 8 * 1024 + 16); // with the mark of the cut
}

TEST_CASE("Python code sees the process as the server gave it, without the task's note")
{
    colonies::Process full = process();
    full.spec.function = "python.python_code";
    full.spec.conditions.executor_type = "edge";
    full.spec.env = {{"code", "ZGVm"}, {task_note_name, "{}"}};
    full.initiator_name = "me";
    full.process_graph = "g";
    full.parents = {"q"};
    full.in = {7};
    const auto invocation = invocation_of(full, who, server, {"python.python_code"});
    REQUIRE(invocation);
    const auto record = parse_json(part<std::string>(invocation->env, process_record));
    REQUIRE(record);
    full.spec.env.erase(task_note_name);
    CHECK(*record == Value{colonies::to_object(full)});
    CHECK(made(process())->env.find(process_record) == nullptr);
}

TEST_CASE("files that a process wants are a keyword of the functions that bring them, and refused for others")
{
    const Value fs = Object{{"mount", "/cfs"}, {"dirs", Value{Array{Value{Object{{"label", "/l"}, {"dir", "/d"}}}}}}};
    colonies::Process wanting = process();
    wanting.spec.fs = fs;
    CHECK(made(wanting).error().message.find("ml.execute") != std::string::npos);
    for (const char* function : {"ml.execute", "ml.sync", "docker.execute", "docker.sync", "k8s.execute", "k8s.sync"}) {
        wanting.spec.function = function;
        const auto invocation = invocation_of(wanting, who, server, {function});
        CHECK(*invocation.value().kwargs.find("fs") == fs);
    }
    wanting.spec.fs = Object{{"mount", ""}, {"dirs", nullptr}, {"snapshots", Array{}}};
    CHECK(invocation_of(wanting, who, server, {"k8s.sync"}).value().kwargs.empty());
    wanting.spec.function = "demo.work";
    CHECK(made(wanting).has_value());
}

TEST_CASE("what a process was matched by limits its container, where it says nothing else")
{
    colonies::Process process;
    process.spec.function = "docker.execute";
    process.spec.conditions.cpu = "500m";
    process.spec.conditions.memory = "64Mi";
    process.spec.conditions.gpu.count = 2;
    const auto kwargs = [&] { return invocation_of(process, who, server, {"docker.execute", "ml.execute"})->kwargs; };
    CHECK(kwargs() == Object{{"cpus", 0.5}, {"memory", 64 * 1024 * 1024}, {"gpus", 2}});
    process.spec.kwargs = {{"memory", "1GB"}};
    CHECK(kwargs() == Object{{"memory", "1GB"}, {"cpus", 0.5}, {"gpus", 2}});
    process.spec.function = "k8s.execute";
    process.spec.conditions.gpu.name = "a100";
    CHECK(invocation_of(process, who, server, {"k8s.execute"})->kwargs ==
          Object{{"memory", "1GB"}, {"cpus", 0.5}, {"gpus", 2}, {"accelerator", "a100"}});
    process.spec.function = "ml.execute";
    process.spec.kwargs = {{"cmd", "true"}};
    CHECK(kwargs() == Object{{"cmd", "true"}});
    process.spec.kwargs = {{"docker-image", "debian"}};
    process.spec.conditions = {};
    CHECK(kwargs() == Object{{"docker-image", "debian"}});
}

TEST_CASE("a document that an old server attaches is for who reconciles")
{
    colonies::Process full = process();
    full.spec.resource = Object{{"kind", "ExecutorDeployment"}};
    CHECK(made(full)->kwargs.empty());
    full.spec.function = "reconcile_executor_deployment";
    const Identity fleet{"c", "edge-1", {"fleet", {"reconcile.*"}}, colonies::PrivateKey::generate(), {}, "", false};
    const auto invocation = invocation_of(full, fleet, server, {"reconcile.reconcile_executor_deployment"});
    REQUIRE(invocation);
    CHECK(invocation->kwargs == Object{{"resource", Object{{"kind", "ExecutorDeployment"}}}});
}
