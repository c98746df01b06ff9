#include "core/native_workflow.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace forager;
using namespace std::chrono_literals;

namespace {

NativeTask task(std::string name, std::string function, std::vector<std::string> after = {})
{
    NativeTask task;
    task.name = std::move(name);
    task.function = std::move(function);
    task.after = std::move(after);
    task.where = "nightly.lua:7";
    return task;
}

NativeDeclaration nightly(std::vector<NativeTask> tasks)
{
    return {"nightly", 0, std::move(tasks), "nightly.lua:1"};
}

Value result_of(const char* task)
{
    return Object{{"$result", Array{task}}};
}

Failure refusal(std::vector<NativeTask> tasks)
{
    const auto nodes = native_workflow(nightly(std::move(tasks)), "forager");
    REQUIRE_FALSE(nodes);
    return nodes.error();
}

// Of one task with this change.
template <class Change> void check_refused(Change change, const std::string& option, const std::string& words)
{
    NativeTask changed = task("dump", "backup.backup");
    change(changed);
    const Failure failure = refusal({changed});
    CHECK(failure.message.find(words) != std::string::npos);
    CHECK(failure.message.find("'dump'") != std::string::npos);
    CHECK(*failure.details.find("task") == Value{"dump"});
    CHECK(*failure.details.find("option") == Value{option});
    CHECK(failure.where == "nightly.lua:7");
    CHECK(failure.code == Errc::bad_arguments);
}

} // namespace

TEST_CASE("a task becomes a node of its name, with its function, arguments and limits")
{
    NativeTask dump = task("dump", "backup.backup");
    dump.args = {"web", 3};
    dump.kwargs = {{"keep", 2}};
    dump.retries = 3;
    dump.timeout = 1500ms;
    dump.executor = "postgres";
    const auto nodes = native_workflow(nightly({dump, task("mail", "mail.send", {"dump"})}), "edge");
    REQUIRE(nodes);
    NativeNode first;
    first.name = "dump";
    first.function = "backup.backup";
    first.executor = "postgres";
    first.args = {"web", 3};
    first.kwargs = {{"keep", 2}};
    first.note = {"nightly", 3, 1500ms};
    CHECK((*nodes)[0] == first);
    NativeNode second;
    second.name = "mail";
    second.function = "mail.send";
    second.executor = "edge";
    second.dependencies = {"dump"};
    second.note.workflow = "nightly";
    CHECK((*nodes)[1] == second);
}

TEST_CASE("a task's own function gets what it comes after, in its order, before its own arguments")
{
    NativeTask report = task("report", "nightly.report", {"b", "a", "b"});
    report.inline_run = true;
    report.args = {"x", Object{{"size", Object{{"$result", Array{"c", "size"}}}}}};
    const auto nodes =
        native_workflow(nightly({task("a", "x.a"), task("b", "x.b"), task("c", "x.c"), report}), "forager");
    REQUIRE(nodes);
    const NativeNode& node = nodes->back();
    CHECK(node.args == Array{result_of("b"), result_of("a"), result_of("b"), "x",
                             Object{{"size", Object{{"$result", Array{"c", "size"}}}}}});
    CHECK(node.dependencies == std::vector<std::string>{"b", "a", "c"});
}

TEST_CASE("who uses a result in its arguments depends on it")
{
    NativeTask mail = task("mail", "mail.send");
    mail.args = {result_of("dump")};
    mail.kwargs = {{"cc", Array{result_of("list"), result_of("dump")}}};
    const auto nodes =
        native_workflow(nightly({task("dump", "x.dump"), task("list", "x.list"), mail}), "forager").value();
    CHECK(nodes.back().dependencies == std::vector<std::string>{"dump", "list"});
    CHECK(nodes.back().args == Array{result_of("dump")});
}

TEST_CASE("what a native graph cannot carry is refused with the task and the option, and what to do instead")
{
    check_refused([](NativeTask& task) { task.go_on = true; }, "on_failure", "--orchestrate");
    check_refused([](NativeTask& task) { task.go_on = true; }, "on_failure", R"(on_failure = "continue")");
    check_refused([](NativeTask& task) { task.has_when = true; }, "when", "--orchestrate");
    check_refused([](NativeTask& task) { task.has_foreach = true; }, "foreach", "--orchestrate");
}

TEST_CASE("arguments that the colony would change or cannot take are refused with their path")
{
    const auto infinite = std::numeric_limits<double>::infinity();
    check_refused([&](NativeTask& task) { task.args = {1, Object{{"a", Array{infinite}}}}; }, "args",
                  "args[2].a[1] is a number that is not finite");
    check_refused([](NativeTask& task) { task.kwargs = {{"n", (std::int64_t{1} << 53U) + 1}}; }, "kwargs",
                  "kwargs.n is 9007199254740993");
    check_refused([](NativeTask& task) { task.args = {std::numeric_limits<std::int64_t>::min()}; }, "args", "as text");
    Value deep = 1;
    for (int i = 0; i < 150; ++i)
        deep = Array{deep};
    check_refused([&](NativeTask& task) { task.args = {deep}; }, "args", "nested");
    NativeTask largest = task("dump", "backup.backup");
    largest.args = {std::int64_t{1} << 53U, 0.5};
    CHECK(native_workflow(nightly({largest}), "forager"));
}

TEST_CASE("no tasks, circles, duplicates and unknown names are refused: the server would wait for some of them")
{
    CHECK(refusal({}).message == "the workflow 'nightly' has no tasks");
    CHECK(refusal({}).where == "nightly.lua:1");
    CHECK(refusal({task("a", "x.a", {"b"}), task("b", "x.b", {"a"})}).message.find("wait for each other") !=
          std::string::npos);
    CHECK(refusal({task("a", "x.a"), task("a", "x.b")}).where == "nightly.lua:7");
    CHECK(refusal({task("a", "x.a", {"c"})}).message.find("depends on 'c'") != std::string::npos);
    CHECK(refusal({task("", "x.a")}).message.find("name") != std::string::npos);
}

TEST_CASE("a limit of tasks at once is refused where it would matter")
{
    NativeDeclaration workflow = nightly({task("a", "x.a"), task("b", "x.b")});
    workflow.concurrency = 2;
    CHECK(native_workflow(workflow, "forager"));
    workflow.concurrency = 1;
    const auto refused = native_workflow(workflow, "forager");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("concurrency = 1") != std::string::npos);
    CHECK(refused.error().message.find("--orchestrate") != std::string::npos);
}

TEST_CASE("a note of a task is read as it was written, and what is wrong in it counts as missing")
{
    const TaskNote note{"nightly", 0, 250ms};
    CHECK(task_note_in(to_object(note)) == note);
    const TaskNote bare{"nightly", {}, {}};
    CHECK(task_note_in(to_object(bare)) == bare);
    CHECK(task_note_in({{"workflow", 7}, {"retries", -1}, {"timeout", "long"}}) == TaskNote{});
}
