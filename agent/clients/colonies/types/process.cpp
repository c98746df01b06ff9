#include "clients/colonies/types/process.hpp"

#include "clients/colonies/types/spec_members.hpp"

namespace forager::colonies {

std::string_view name_of(const Attribute&)
{
    return "attribute";
}

void members(auto& io, Is<Attribute> auto& attribute)
{
    io("attributeid", attribute.id);
    io("targetid", attribute.process);
    io("targetcolonyname", attribute.colony);
    io("targetprocessgraphid", attribute.process_graph);
    io("state", attribute.state);
    io("attributetype", attribute.type);
    io("key", attribute.key);
    io("value", attribute.value);
}

std::string_view name_of(const FunctionSpec&)
{
    return "spec";
}

std::string_view name_of(const Process&)
{
    return "process";
}

void members(auto& io, Is<Process> auto& process)
{
    io("processid", process.id);
    io("initiatorid", process.initiator_id);
    io("initiatorname", process.initiator_name);
    io("assignedexecutorid", process.executor_id);
    io("isassigned", process.is_assigned);
    io("state", process.state);
    io("prioritytime", process.priority_time);
    io("submissiontime", process.submitted);
    io("starttime", process.started);
    io("endtime", process.ended);
    io("waitdeadline", process.wait_deadline);
    io("execdeadline", process.exec_deadline);
    io("retries", process.retries);
    io("attributes", process.attributes);
    io("spec", process.spec);
    io("waitforparents", process.waits_for_parents);
    io("parents", process.parents);
    io("children", process.children);
    io("processgraphid", process.process_graph);
    io("in", process.in);
    io("out", process.out);
    io("errors", process.errors);
}

std::string_view name_of(const ProcessHead&)
{
    return "process";
}

void members(auto& io, Is<ProcessHead> auto& head)
{
    io("processid", head.id);
    io("assignedexecutorid", head.executor_id);
    io("state", head.state);
    io("retries", head.retries);
}

template Result<Attribute> read(const Value&);
template Result<std::vector<Attribute>> read_list(const Value&);
template Object to_object(const Attribute&);
template Result<FunctionSpec> read(const Value&);
template Object to_object(const FunctionSpec&);
template Result<Process> read(const Value&);
template Result<std::vector<Process>> read_list(const Value&);
template Object to_object(const Process&);
template Result<ProcessHead> read(const Value&);
template Result<std::vector<ProcessHead>> read_list(const Value&);

std::optional<WallTime> deadline_of(const Process& process)
{
    constexpr std::int64_t longest = 100LL * 365 * 24 * 3600; // what a clock of nanoseconds can add
    if (process.exec_deadline)
        return process.exec_deadline;
    const std::int64_t limit = process.spec.max_exec_time;
    if (!process.started || limit < 0 || limit > longest)
        return std::nullopt;
    return *process.started + std::chrono::seconds{limit};
}

} // namespace forager::colonies
