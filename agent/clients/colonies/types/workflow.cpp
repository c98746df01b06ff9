#include "clients/colonies/types/workflow.hpp"

#include "clients/colonies/types/spec_members.hpp"

namespace forager::colonies {

void members(auto& io, Is<WorkflowSpec> auto& spec)
{
    io("colonyname", spec.colony);
    io("functionspecs", spec.functions);
}

void members(auto& io, Is<ProcessGraph> auto& graph)
{
    io("processgraphid", graph.id);
    io("initiatorid", graph.initiator_id);
    io("initiatorname", graph.initiator_name);
    io("colonyname", graph.colony);
    io("rootprocessids", graph.roots);
    io("state", graph.state);
    io("submissiontime", graph.submitted);
    io("starttime", graph.started);
    io("endtime", graph.ended);
    io("processids", graph.processes);
}

// The workflow travels as a text that holds JSON.
void members(auto& io, Is<Cron> auto& cron)
{
    io("cronid", cron.id);
    io("initiatorid", cron.initiator_id);
    io("initiatorname", cron.initiator_name);
    io("colonyname", cron.colony);
    io("name", cron.name);
    io("cronexpression", cron.expression);
    io("interval", cron.interval);
    io("random", cron.random);
    io("nextrun", cron.next_run);
    io("lastrun", cron.last_run);
    io.json("workflowspec", cron.workflow);
    io("prevprocessgraphid", cron.last_graph);
    io("waitforprevprocessgraph", cron.waits_for_last);
    io("checkerperiod", cron.checker_period);
}

void members(auto& io, Is<Generator> auto& generator)
{
    io("generatorid", generator.id);
    io("initiatorid", generator.initiator_id);
    io("initiatorname", generator.initiator_name);
    io("colonyname", generator.colony);
    io("name", generator.name);
    io.json("workflowspec", generator.workflow);
    io("trigger", generator.trigger);
    io("timeout", generator.timeout);
    io("firstpack", generator.first_pack);
    io("lastrun", generator.last_run);
    io("queuesize", generator.queue_size);
    io("checkerperiod", generator.checker_period);
}

std::string_view name_of(const WorkflowSpec&)
{
    return "workflow";
}

std::string_view name_of(const ProcessGraph&)
{
    return "processgraph";
}

std::string_view name_of(const Cron&)
{
    return "cron";
}

std::string_view name_of(const Generator&)
{
    return "generator";
}

template Result<WorkflowSpec> read(const Value&);
template Object to_object(const WorkflowSpec&);
template Result<ProcessGraph> read(const Value&);
template Result<std::vector<ProcessGraph>> read_list(const Value&);
template Object to_object(const ProcessGraph&);
template Result<Cron> read(const Value&);
template Result<std::vector<Cron>> read_list(const Value&);
template Object to_object(const Cron&);
template Result<Generator> read(const Value&);
template Result<std::vector<Generator>> read_list(const Value&);
template Object to_object(const Generator&);

} // namespace forager::colonies
