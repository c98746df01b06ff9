// The client against the server that the environment names: COLONIES_* as all clients read them, with the owners' keys.
// Started by colonies_client_test.py, which brings up the server and a colony.
#include "clients/colonies/calls/channels.hpp"
#include "clients/colonies/calls/colonies.hpp"
#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/schedules.hpp"
#include "clients/colonies/calls/server.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "clients/colonies/refusal.hpp"
#include "clients/colonies/subscription.hpp"
#include "io/pool.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace forager;
using namespace forager::colonies;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

PrivateKey key_in(const char* name)
{
    return PrivateKey::from_hex(variable(name)).value();
}

Client::Config config()
{
    Client::Config config;
    config.host = variable("COLONIES_SERVER_HOST");
    config.port = static_cast<std::uint16_t>(std::stoi(variable("COLONIES_SERVER_PORT")));
    config.tls = variable("COLONIES_TLS") == "true";
    config.ca_file = variable("SSL_CERT_FILE");
    return config;
}

// A colony with its owners and a user, and executors of a type that only this test has.
struct Colonist {
    Strand strand;
    Client client{strand.pool, strand.clock, config()};
    std::string colony = variable("COLONIES_COLONY_NAME");
    Caller server_owner{client, key_in("COLONIES_SERVER_PRVKEY")};
    Caller owner{client, key_in("COLONIES_COLONY_PRVKEY")};
    Caller user{client, key_in("COLONIES_PRVKEY")};
    Caller executor{client, PrivateKey::generate()};
    std::string name = "edge-" + executor.key.id().substr(0, 8);

    template <class T> T run(boost::asio::awaitable<T> work) { return strand.run(std::move(work)); }

    template <class T> Refusal refusal(boost::asio::awaitable<Result<T>> work)
    {
        const auto result = run(std::move(work));
        REQUIRE(result.has_error());
        return refusal_of(result.error());
    }

    Executor record() const
    {
        Executor record;
        record.id = executor.key.id();
        record.name = name;
        record.type = name; // wakes nobody else's polls
        record.colony = colony;
        record.location = "site-a";
        record.capabilities.hardware.resize(1);
        record.capabilities.hardware.front().cores = 4;
        return record;
    }

    void enrol()
    {
        run(add_executor(owner, record())).value();
        run(approve_executor(owner, colony, name)).value();
    }

    FunctionSpec spec(std::string node = "echo") const
    {
        FunctionSpec spec;
        spec.node = std::move(node);
        spec.function = "echo";
        spec.args = {"hello", 1, 2.5, true, nullptr, Object{{"a", Array{1}}}};
        spec.kwargs = {{"text", "grün"}};
        spec.conditions.colony = colony;
        spec.conditions.executor_type = name;
        spec.max_exec_time = 60;
        spec.env = {{"KEY", "VALUE"}};
        spec.channels = {"ctl"};
        return spec;
    }

    AssignRequest request(std::chrono::seconds wait = 10s) const
    {
        AssignRequest request;
        request.colony = colony;
        request.wait = wait;
        return request;
    }

    Process submitted() { return run(submit(user, spec())).value(); }

    Process assigned()
    {
        submitted();
        return run(assign(executor, request())).value();
    }

    WorkflowSpec workflow() const
    {
        WorkflowSpec workflow;
        workflow.colony = colony;
        workflow.functions = {spec("first"), spec("second")};
        workflow.functions.back().conditions.dependencies = {"first"};
        return workflow;
    }
};

struct Enrolled : Colonist {
    Enrolled() { enrol(); }
};

} // namespace

TEST_CASE_FIXTURE(Colonist, "the server says what it is, unsigned")
{
    CHECK(run(get_version(client)).has_value());
    CHECK(run(get_server_info(client)).value().backends.size() == 1);
    CHECK(run(get_statistics(server_owner)).value().colonies > 0);
    CHECK(refusal(get_statistics(user)) == Refusal::not_owner);
}

TEST_CASE_FIXTURE(Colonist, "a colony and its users")
{
    CHECK(run(get_colony(user, colony)).value().id == owner.key.id());
    CHECK(run(get_colonies(server_owner)).has_value());
    CHECK(run(get_colony_statistics(user, colony)).has_value());
    CHECK(refusal(get_colony_statistics(executor, colony)) == Refusal::not_member);
    User somebody;
    somebody.colony = colony;
    somebody.id = executor.key.id();
    somebody.name = name;
    CHECK(run(add_user(owner, somebody)).value() == somebody);
    CHECK(run(get_user(user, colony, name)).value() == somebody);
    CHECK(run(get_user_by_id(user, colony, somebody.id)).value() == somebody);
    CHECK(run(get_users(user, colony)).value().size() >= 2);
    CHECK(run(remove_user(owner, colony, name)).has_value());
    CHECK(refusal(remove_user(user, colony, name)) == Refusal::not_owner);
    Location place;
    place.id = name;
    place.name = name;
    place.colony = colony;
    place.longitude = 20.25;
    CHECK(run(add_location(owner, place)).value() == place);
    CHECK(!run(get_locations(user, colony)).value().empty());
    CHECK(run(remove_location(owner, colony, name)).has_value());
}

TEST_CASE_FIXTURE(Colonist, "an executor enrols, describes itself and leaves")
{
    const auto added = run(add_executor(owner, record())).value();
    CHECK(added.state == ExecutorState::pending);
    CHECK(added.commissioned);
    CHECK_FALSE(added.last_heard);
    CHECK(refusal(add_executor(owner, record())) == Refusal::already_exists);
    CHECK(refusal(assign(executor, request())) == Refusal::not_member);
    CHECK(run(approve_executor(owner, colony, name)).has_value());
    CHECK(run(heartbeat(executor, colony)).has_value());
    Capabilities capabilities = added.capabilities;
    capabilities.software.push_back({"forager", "agent", "0.1"});
    CHECK(run(update_capabilities(executor, colony, name, capabilities)).has_value());
    Allocations allocations;
    allocations.projects["p"].used_cpu = 7;
    CHECK(run(report_allocations(executor, colony, name, allocations)).has_value());
    const auto now = run(get_executor(user, colony, name)).value();
    CHECK(now.state == ExecutorState::approved);
    CHECK(now.capabilities == capabilities);
    CHECK(now.allocations == allocations);
    CHECK(now.last_heard);
    CHECK(run(get_executor_by_id(user, colony, executor.key.id())).value() == now);
    CHECK(refusal(get_executor(user, colony, "nobody")) == Refusal::not_found);
    CHECK(run(remove_executor(owner, colony, name)).has_value());
    CHECK(refusal(heartbeat(executor, colony)) == Refusal::not_member);
    CHECK(run(get_executors(user, colony)).value().back().state == ExecutorState::unregistered);
}

TEST_CASE_FIXTURE(Enrolled, "a function is registered with its arguments")
{
    Function function;
    function.executor_name = name;
    function.executor_type = name;
    function.colony = colony;
    function.name = "echo";
    function.args = {{"text", "string", "what to say", true, {"a", "b"}}};
    const auto added = run(add_function(executor, function)).value();
    CHECK(added.args == function.args);
    CHECK(run(get_functions(user, colony, name)).value() == std::vector<Function>{added});
    CHECK(run(remove_function(executor, added.id)).has_value());
    CHECK(run(get_functions(user, colony, name)).value().empty());
}

TEST_CASE_FIXTURE(Enrolled, "a process is submitted, assigned, worked on and closed")
{
    const auto waiting = submitted();
    CHECK(waiting.state == ProcessState::waiting);
    CHECK(waiting.spec.args == spec().args);
    const auto process = run(assign(executor, request())).value();
    CHECK(process.id == waiting.id);
    CHECK(process.state == ProcessState::running);
    CHECK(process.priority_time > 1'000'000'000'000'000'000);
    CHECK(process.initiator_id == user.key.id());
    CHECK(deadline_of(process).value() == *process.started + 60s);
    CHECK(run(add_log(executor, process.id, std::string{"a\0b\xFF", 4})).has_value());
    LogQuery query;
    query.colony = colony;
    query.process = process.id;
    CHECK(run(get_logs(user, query)).value().at(0).message == "ab\xEF\xBF\xBD");
    Attribute attribute;
    attribute.process = process.id;
    attribute.colony = colony;
    attribute.key = "progress";
    attribute.value = "50";
    const auto kept = run(add_attribute(executor, attribute)).value();
    CHECK(run(get_attribute(user, kept.id)).value() == kept);
    CHECK(run(add_attribute(executor, attribute)).has_error());
    CHECK(run(set_output(executor, process.id, {"half"})).has_value());
    CHECK(refusal(close_successful(user, process.id, {})) == Refusal::someone_elses);
    const Array out{"done", Object{{"n", 1}}, std::string{"a\0b", 3}};
    CHECK(run(close_successful(executor, process.id, out)).has_value());
    const auto closed = run(get_process(user, process.id)).value();
    CHECK(closed.state == ProcessState::successful);
    CHECK(closed.out == out);
    CHECK(closed.ended);
    CHECK(run(close_successful(executor, process.id, {})).has_value());
    CHECK(refusal(add_log(executor, process.id, "late")) == Refusal::not_running);
    CHECK(run(remove_process(user, process.id)).has_value());
    CHECK(refusal(get_process(user, process.id)) == Refusal::not_found);
}

TEST_CASE_FIXTURE(Enrolled, "a failed process keeps its errors, and says so when it is closed again")
{
    const auto process = assigned();
    CHECK(run(close_failed(executor, process.id, {std::string{"dis\0k full", 10}, "\xFF"})).has_value());
    const auto failed = run(get_process(user, process.id)).value();
    CHECK(failed.errors == std::vector<std::string>{"disk full", "\xEF\xBF\xBD"});
    for (const auto again : {close_failed, +[](Caller caller, std::string id, std::vector<std::string>) {
                                 return close_successful(std::move(caller), std::move(id), {});
                             }}) {
        const auto refused = run(again(executor, process.id, {}));
        REQUIRE(refused.has_error());
        CHECK(refusal_of(refused.error()) == Refusal::already_closed);
        CHECK(closed_as(refused.error()) == ProcessState::failed);
    }
}

TEST_CASE_FIXTURE(Enrolled, "nothing to do is told at once or after the wait")
{
    CHECK(refusal(assign(executor, request(0s))) == Refusal::nothing_to_do);
    CHECK(refusal(assign(executor, request(1s))) == Refusal::nothing_to_do);
    CHECK(refusal(assign(user, request(1s))) == Refusal::not_member);
}

TEST_CASE_FIXTURE(Enrolled, "a waiting assign is woken by a submission")
{
    Started<Result<Process>> polling;
    strand.start(polling, assign(executor, request(60s)));
    const auto process = submitted();
    strand.turn_until([&] { return polling.ended(); });
    CHECK(polling.value.value().value().id == process.id);
}

TEST_CASE_FIXTURE(Enrolled, "a cancelled assign loses no process")
{
    Started<Result<Process>> polling;
    strand.start(polling, assign(executor, request(60s)));
    CHECK(run(get_version(client)).has_value());
    polling.cancel();
    strand.turn_until([&] { return polling.ended(); });
    CHECK(polling.thrown);
    // Until the server, perhaps behind a proxy, has seen the end of the connection.
    CHECK(refusal(assign(executor, request(1s))) == Refusal::nothing_to_do);
    const auto process = submitted();
    CHECK(run(assign(executor, request())).value().id == process.id);
}

TEST_CASE_FIXTURE(Enrolled, "a cancelled process cannot be closed")
{
    const auto process = assigned();
    CHECK(run(cancel_process(user, process.id)).has_value());
    const auto refused = run(close_failed(executor, process.id, {"late"}));
    CHECK(closed_as(refused.error()) == ProcessState::cancelled);
    CHECK(refusal(cancel_process(user, std::string(64, '0'))) == Refusal::not_found);
}

TEST_CASE_FIXTURE(Enrolled, "a process that was taken away is nobody's")
{
    const auto process = assigned();
    CHECK(run(remove_executor(owner, colony, name)).has_value());
    CHECK(run(approve_executor(owner, colony, name)).has_value());
    CHECK(refusal(close_successful(executor, process.id, {})) == Refusal::not_assigned);
}

TEST_CASE_FIXTURE(Enrolled, "lists of processes")
{
    const auto process = assigned();
    ProcessQuery query;
    query.colony = colony;
    query.state = ProcessState::running;
    query.executor_type = name;
    CHECK(run(get_processes(user, query)).value().at(0).id == process.id);
    const auto heads = run(get_process_heads(user, query)).value();
    CHECK(heads.at(0).id == process.id);
    CHECK(heads.at(0).executor_id == executor.key.id());
    CHECK(run(get_running_heads(user, colony, executor.key.id())).value() == heads);
    CHECK(run(get_running_heads(user, colony, process.id)).value().empty());
    query.state = ProcessState::cancelled;
    CHECK(run(get_processes(user, query)).value().empty());
    CHECK(run(get_process_history(user, colony, executor.key.id(), ProcessState::running, 60s)).value().size() == 1);
    CHECK(refusal(get_process_history({client, PrivateKey::generate()}, colony, "", ProcessState::running, 60s)) ==
          Refusal::not_member);
    query.count = -1;
    CHECK(refusal(get_processes(user, query)) == Refusal::other);
}

TEST_CASE_FIXTURE(Enrolled, "an executor's own log, and a search")
{
    CHECK(run(add_executor_log(executor, colony, name, "started " + name)).has_value());
    LogQuery query;
    query.colony = colony;
    query.executor_name = name;
    const auto logs = run(get_logs(user, query)).value();
    REQUIRE(logs.size() == 1);
    CHECK(logs.front().process.empty());
    CHECK(run(search_logs(user, colony, name, 1, 10)).value().size() == 1);
    query.since = logs.front().time;
    CHECK(run(get_logs(user, query)).value().empty());
    query.count = -1;
    CHECK(refusal(get_logs(user, query)) == Refusal::other);
}

TEST_CASE_FIXTURE(Enrolled, "a workflow runs along its graph, and grows")
{
    const auto graph = run(submit_workflow(user, workflow())).value();
    CHECK(graph.processes.size() == 2);
    const auto first = run(assign(executor, request())).value();
    CHECK(first.process_graph == graph.id);
    NewChild child;
    child.graph = graph.id;
    child.parent = first.id;
    child.spec = spec("third");
    child.spec.max_retries = -1;
    const auto third = run(add_child(executor, child)).value();
    CHECK(third.spec.node == "third");
    CHECK(run(close_successful(executor, first.id, {"from first"})).has_value());
    const auto next = run(assign(executor, request())).value();
    CHECK(next.in == Array{"from first"});
    CHECK(run(get_process_graph(user, graph.id)).value().state == ProcessState::running);
    CHECK(!run(get_process_graphs(user, colony, ProcessState::running, 10)).value().empty());
    CHECK(run(cancel_process_graph(user, graph.id)).has_value());
    CHECK(run(get_process_graph(user, graph.id)).value().state == ProcessState::cancelled);
    CHECK(run(remove_process_graph(user, graph.id)).has_value());
}

TEST_CASE_FIXTURE(Enrolled, "a channel carries bytes both ways")
{
    const auto process = assigned();
    NewEntry entry;
    entry.process = process.id;
    entry.channel = "ctl";
    entry.sequence = 1;
    entry.payload = std::string{"a\0\xFF", 3};
    CHECK(run(append_to_channel(executor, entry)).has_value());
    entry.sequence = 2;
    entry.type = "end";
    CHECK(run(append_to_channel(executor, entry)).has_value());
    const auto entries = run(read_channel(user, process.id, "ctl", 0, 0)).value();
    REQUIRE(entries.size() == 2);
    CHECK(entries.front().payload == entry.payload);
    CHECK(entries.front().sender == executor.key.id());
    CHECK(entries.back().type == "end");
    CHECK(refusal(read_channel(owner, process.id, "ctl", 0, 0)) != Refusal::none);
    CHECK(run(close_successful(executor, process.id, {})).has_value());
    CHECK(refusal(read_channel(user, process.id, "ctl", 0, 0)) == Refusal::not_found);
}

TEST_CASE_FIXTURE(Enrolled, "crons and generators")
{
    Cron cron;
    cron.name = name;
    cron.colony = colony;
    cron.interval = 3600;
    cron.workflow = workflow();
    const auto added = run(add_cron(user, cron)).value();
    CHECK(run(get_cron(user, added.id)).value().workflow.functions.size() == 2);
    CHECK(!run(get_crons(user, colony, 10)).value().empty());
    CHECK(run(run_cron(user, added.id)).value().name == name);
    CHECK(run(remove_cron(user, added.id)).has_value());
    Generator generator;
    generator.name = name;
    generator.colony = colony;
    generator.trigger = 5;
    generator.timeout = 3600;
    generator.workflow = workflow();
    const auto made = run(add_generator(user, generator)).value();
    CHECK(run(pack_generator(user, made.id, "one")).has_value());
    CHECK(run(get_generator(user, made.id)).value().workflow.functions.size() == 2);
    CHECK(run(find_generator(user, colony, name)).value().id == made.id);
    CHECK(!run(get_generators(user, colony, 10)).value().empty());
    CHECK(run(remove_generator(user, made.id)).has_value());
}

TEST_CASE_FIXTURE(Enrolled, "a paused colony says so")
{
    CHECK(run(pause_assignments(owner, colony)).has_value());
    CHECK(run(is_paused(user, colony)).value());
    CHECK(refusal(assign(executor, request(0s))) == Refusal::paused);
    CHECK(refusal(assign(executor, request(1s))) == Refusal::paused);
    CHECK(run(heartbeat(executor, colony)).has_value());
    CHECK(run(resume_assignments(owner, colony)).has_value());
    CHECK_FALSE(run(is_paused(user, colony)).value());
}

TEST_CASE_FIXTURE(Enrolled, "a subscription tells of a process, and its end is a failure")
{
    const auto process = assigned();
    auto present = run(subscribe_process(user, colony, process.id, ProcessState::running, 60s)).value();
    CHECK(run(present.next()).value().id == process.id);
    auto events = run(subscribe_processes(executor, colony, name, ProcessState::waiting, 60s)).value();
    Started<Result<Process>> hearing;
    strand.start(hearing, events.next());
    while (!hearing.ended()) // what comes before the server has heard of it is not told
        submitted();
    CHECK(hearing.value.value().value().spec.function == "echo");
    auto short_lived = run(subscribe_processes(executor, colony, name, ProcessState::cancelled, 1s)).value();
    CHECK(run(short_lived.next()).error().code == Errc::unreachable);
    auto refused = run(subscribe_processes(user, colony, name, ProcessState::waiting, 5s)).value();
    CHECK(run(refused.next()).error().code == Errc::refused);
}

TEST_CASE_FIXTURE(Enrolled, "a subscription tells of a channel's entries as they come")
{
    const auto process = assigned();
    NewEntry entry;
    entry.process = process.id;
    entry.channel = "ctl";
    entry.sequence = 1;
    entry.payload = "one";
    CHECK(run(append_to_channel(executor, entry)).has_value());
    auto channel = run(subscribe_channel(user, process.id, "ctl", 0, 2s)).value();
    CHECK(run(channel.next()).value().at(0).payload == "one");
    entry.payload = "two";
    Started<Result<std::vector<ChannelEntry>>> hearing;
    strand.start(hearing, channel.next());
    for (entry.sequence = 2; !hearing.ended(); ++entry.sequence)
        CHECK(run(append_to_channel(executor, entry)).has_value());
    CHECK(hearing.value.value().value().at(0).payload == "two");
    bool over = false; // what was said meanwhile comes first
    while (!over)
        over = run(channel.next()).value().empty();
}
