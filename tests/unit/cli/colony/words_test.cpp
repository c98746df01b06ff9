#include "cli/colony/words.hpp"

#include "io/formats/json.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;
using namespace std::chrono_literals;
using colonies::Process;
using colonies::ProcessState;

namespace {

const WallTime noon{std::chrono::hours{500'000}};

Process process(std::string id, ProcessState state = ProcessState::waiting)
{
    Process process;
    process.id = std::move(id);
    process.state = state;
    process.spec.function = "demo.work";
    process.submitted = noon;
    return process;
}

Process child(std::string id, std::vector<std::string> parents)
{
    Process child = process(std::move(id));
    child.parents = std::move(parents);
    return child;
}

std::string order(std::vector<Process> processes)
{
    sort_by_dependency(processes);
    std::string ids;
    for (const Process& one : processes)
        ids += one.id;
    return ids;
}

} // namespace

TEST_CASE("states of a colony have this program's names")
{
    CHECK(state_of(ProcessState::successful) == State::succeeded);
    CHECK(colony_state(State::succeeded) == ProcessState::successful);
    CHECK(colony_state(State::cancelled) == ProcessState::cancelled);
    CHECK_FALSE(colony_state(State::sleeping));
}

TEST_CASE("a process is called by its function, a task by its node, and by its workflow where a script has made it")
{
    Process one = process("p");
    one.spec.node = "dump"; // clients give every process one
    CHECK(cli::name_of(one) == "demo.work");
    one.process_graph = "g";
    CHECK(cli::name_of(one) == "dump");
    one.spec.env = {{"FORAGER_TASK", R"({"workflow":"nightly"})"}};
    CHECK(cli::name_of(one) == "nightly.dump");
    one.spec.env = {{"FORAGER_TASK", "["}};
    CHECK(cli::name_of(one) == "dump");
}

TEST_CASE("times are counted up to now while they go on, and never backwards")
{
    Process one = process("p");
    CHECK(waiting_time(one, noon + 5s) == Duration{5s});
    CHECK_FALSE(running_time(one, noon + 5s));
    CHECK(waiting_time(one, noon - 5s) == Duration::zero()); // the server's clock is ahead
    one.started = noon + 2s;
    one.state = ProcessState::running;
    CHECK(waiting_time(one, noon + 9s) == Duration{2s});
    CHECK(running_time(one, noon + 9s) == Duration{7s});
    one.ended = noon + 4s;
    one.state = ProcessState::successful;
    CHECK(running_time(one, noon + 9s) == Duration{2s});
    one.state = ProcessState::waiting; // it was taken away, and waits again
    CHECK_FALSE(running_time(one, noon + 9s));
    one.started = {};
    one.state = ProcessState::cancelled;
    CHECK(waiting_time(one, noon + 9s) == Duration{4s});
}

TEST_CASE("arguments are shortened by characters")
{
    colonies::FunctionSpec spec;
    spec.args = {"é", 1};
    spec.kwargs = {{"a", true}};
    CHECK(short_arguments(spec, 40) == R"("é", 1, a=true)");
    CHECK(short_arguments(spec, 3) == R"("é"…)");
    CHECK(shortened("abc", 3) == "abc");
}

TEST_CASE("a process has what it is waiting for, or its first error, as its note")
{
    Process one = process("p");
    CHECK(note_on(one).empty());
    one.waits_for_parents = true;
    one.spec.conditions.dependencies = {"a", "b"};
    CHECK(note_on(one) == "after a and b");
    one.state = ProcessState::failed;
    one.process_graph = "g";
    CHECK(note_on(one) == "its workflow failed");
    one.errors = {"first", "second"};
    CHECK(note_on(one) == "first");
}

TEST_CASE("a process is shown with the members that other work has")
{
    Process one = process("p", ProcessState::successful);
    one.started = noon + 1s;
    one.ended = noon + 3s;
    one.executor_id = "0123456789abcdef";
    one.out = {1, "two"};
    one.spec.max_exec_time = 60;
    const Object known = process_data(one, {{"0123456789abcdef", "edge"}}, noon + 9s);
    CHECK(part<std::string>(known, "state") == "succeeded");
    CHECK(part<std::string>(known, "executor") == "edge");
    CHECK(*known.find("waited") == Value{1.0});
    CHECK(*known.find("ran") == Value{2.0});
    CHECK(*known.find("result") == Value{Array{1, "two"}});
    CHECK(*known.find("timeout") == Value{60});
    CHECK(known.find("error") == nullptr);
    CHECK(part<std::string>(process_data(one, {}, noon), "executor") == "0123456789ab");
    one.state = ProcessState::failed;
    one.errors = {"no"};
    const Object failed = process_data(one, {}, noon);
    CHECK(failed.find("result") == nullptr);
    CHECK(*part<Object>(failed, "error").find("errors") == Value{Array{"no"}});
}

TEST_CASE("tasks stand behind what they wait for, else as they are")
{
    CHECK(order({child("c", {"a", "b"}), child("b", {"a"}), child("d", {}), child("a", {})}) == "dabc");
    CHECK(order({child("a", {"b"}), child("b", {"a"}), child("c", {"gone"})}) == "abc");
}

TEST_CASE("an entry of a log is one line or several")
{
    CHECK(lines_of("one\n") == std::vector<std::string>{"one"});
    CHECK(lines_of("one\n\ntwo") == std::vector<std::string>{"one", "", "two"});
}
