#include "cli/colony/native.hpp"

#include "result_text.hpp"
#include "workflow_builder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;
using namespace std::chrono_literals;

TEST_CASE("a declared workflow becomes a specification with the note that its executor needs")
{
    Workflow nightly = test::named("nightly");
    nightly.tasks = {test::task("dump", "backup.backup"),
                     test::after(test::task("report", "nightly.report"), {"dump"})};
    nightly.tasks[0].retries = 3;
    nightly.tasks[0].timeout = 1500ms;
    nightly.tasks[0].executor = "postgres";
    nightly.tasks[1].inline_run = std::make_shared<Registry::Entry>();
    NativeOptions options;
    options.executor = "edge";
    options.priority = 7;
    options.max_wait = 1min;
    const auto spec = native_spec(nightly, options, "demo");
    REQUIRE(spec);
    CHECK(spec->colony == "demo");
    REQUIRE(spec->functions.size() == 2);
    const colonies::FunctionSpec& dump = spec->functions[0];
    CHECK(dump.node == "dump");
    CHECK(dump.function == "backup.backup");
    CHECK(dump.conditions.executor_type == "postgres");
    CHECK(dump.max_retries == 3);
    CHECK(dump.max_exec_time == 2);
    CHECK(dump.max_wait_time == 60);
    CHECK(dump.priority == 7);
    CHECK(dump.label == "nightly");
    CHECK(dump.env.at("FORAGER_TASK") == R"({"workflow":"nightly","retries":3,"timeout":1.5})");
    const colonies::FunctionSpec& report = spec->functions[1];
    CHECK(report.conditions.executor_type == "edge");
    CHECK(report.conditions.dependencies == std::vector<std::string>{"dump"});
    CHECK(report.args == Array{Object{{"$result", Array{"dump"}}}});
    CHECK(report.max_retries == 0);
    CHECK(report.max_exec_time == -1);
}

TEST_CASE("options of tasks that a native workflow cannot carry are refused")
{
    Workflow nightly = test::named("nightly");
    nightly.tasks = {test::task("dump", "backup.backup")};
    const auto refused = [&](auto change) {
        Workflow changed = nightly;
        change(changed.tasks[0]);
        const auto spec = native_spec(changed, {}, "demo");
        return spec ? "" : part<std::string>(spec.error().details, "option");
    };
    CHECK(refused([](WorkflowTask&) {}).empty());
    CHECK(refused([](WorkflowTask& task) { task.go_on = true; }) == "on_failure");
    CHECK(refused([](WorkflowTask& task) { task.foreach = Array{1}; }) == "foreach");
    nightly.tasks.push_back(test::task("second", "x.y"));
    nightly.concurrency = 1;
    CHECK(refused([](WorkflowTask&) {}) == "concurrency");
    nightly.concurrency = 64;
    nightly.tasks[0].timeout = 0ms;
    const auto nothing = native_spec(nightly, {}, "demo");
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().message.find("'dump'") != std::string::npos);
}
