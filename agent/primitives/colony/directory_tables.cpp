// Who is in a colony, what they offer, and its numbers, as tables.
#include "base/duration.hpp"
#include "clients/colonies/types/colony.hpp"
#include "clients/colonies/types/function.hpp"
#include "primitives/colony/tables.hpp"

#include <optional>
#include <string>

namespace forager {

namespace {

void add_text(Object& table, const char* name, const std::string& text)
{
    if (!text.empty())
        table.append(name, text);
}

void add_time(Object& table, const char* name, const std::optional<WallTime>& time)
{
    if (time)
        table.append(name, to_seconds(time->time_since_epoch()));
}

// An executor whose row the server has not deleted is still on the list when it was removed.
std::string_view state_word(colonies::ExecutorState state)
{
    return state == colonies::ExecutorState::unregistered ? "removed" : colonies::word(state);
}

Object hardware_table(const colonies::Hardware& hardware)
{
    Object table;
    add_text(table, "model", hardware.model);
    table.append("cores", hardware.cores);
    add_text(table, "cpu", hardware.cpu);
    add_text(table, "memory", hardware.memory);
    add_text(table, "storage", hardware.storage);
    add_text(table, "platform", hardware.platform);
    add_text(table, "architecture", hardware.architecture);
    table.append("network", Array(hardware.network.begin(), hardware.network.end()));
    if (hardware.gpu.count > 0) {
        Object gpu{{"count", hardware.gpu.count}};
        add_text(gpu, "name", hardware.gpu.name);
        add_text(gpu, "memory", hardware.gpu.memory);
        table.append("gpu", std::move(gpu));
    }
    return table;
}

Object argument_table(const colonies::FunctionArgument& argument)
{
    Object table{{"name", argument.name}, {"type", argument.type}, {"required", argument.required}};
    add_text(table, "doc", argument.description);
    return table;
}

} // namespace

Object executor_table(const colonies::Executor& executor)
{
    Object table{
        {"id", executor.id}, {"name", executor.name}, {"type", executor.type}, {"state", state_word(executor.state)}};
    add_text(table, "location", executor.location);
    add_time(table, "registered", executor.commissioned);
    add_time(table, "last_heard", executor.last_heard);
    Array hardware;
    for (const colonies::Hardware& one : executor.capabilities.hardware)
        hardware.emplace_back(hardware_table(one));
    table.append("hardware", std::move(hardware));
    Array software;
    for (const colonies::Software& one : executor.capabilities.software)
        software.emplace_back(Object{{"name", one.name}, {"type", one.type}, {"version", one.version}});
    table.append("software", std::move(software));
    return table;
}

Object function_table(const colonies::Function& function)
{
    Object table{{"name", function.name},
                 {"executor", function.executor_name},
                 {"type", function.executor_type},
                 {"calls", function.counter},
                 {"min_wait", function.min_wait_time},
                 {"max_wait", function.max_wait_time},
                 {"average_wait", function.average_wait_time},
                 {"min_time", function.min_exec_time},
                 {"max_time", function.max_exec_time},
                 {"average_time", function.average_exec_time}};
    add_text(table, "doc", function.description);
    add_text(table, "location", function.location);
    Array args;
    for (const colonies::FunctionArgument& argument : function.args)
        args.emplace_back(argument_table(argument));
    table.append("args", std::move(args));
    return table;
}

Object statistics_table(const colonies::Statistics& statistics)
{
    return {{"executors", statistics.executors},
            {"active_executors", statistics.active_executors},
            {"removed_executors", statistics.unregistered_executors},
            {"processes", Object{{"waiting", statistics.waiting_processes},
                                 {"running", statistics.running_processes},
                                 {"succeeded", statistics.successful_processes},
                                 {"failed", statistics.failed_processes},
                                 {"cancelled", statistics.cancelled_processes}}},
            {"workflows", Object{{"waiting", statistics.waiting_workflows},
                                 {"running", statistics.running_workflows},
                                 {"succeeded", statistics.successful_workflows},
                                 {"failed", statistics.failed_workflows},
                                 {"cancelled", statistics.cancelled_workflows}}}};
}

} // namespace forager
