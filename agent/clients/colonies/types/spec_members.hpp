// How the records of a function spec are described: they stand inside of processes, workflows and executors.
#pragma once

#include "clients/colonies/types/function_spec.hpp"
#include "clients/colonies/types/members.hpp"

namespace forager::colonies {

void members(auto& io, Is<Gpu> auto& gpu)
{
    io("name", gpu.name);
    io("mem", gpu.memory);
    io("count", gpu.count);
    io("nodecount", gpu.node_count);
}

void members(auto& io, Is<Conditions> auto& conditions)
{
    io("colonyname", conditions.colony);
    io("executornames", conditions.executor_names);
    io("executortype", conditions.executor_type);
    io.optional("locationname", conditions.location);
    io("dependencies", conditions.dependencies);
    io("nodes", conditions.nodes);
    io("cpu", conditions.cpu);
    io("processes", conditions.processes);
    io("processespernode", conditions.processes_per_node);
    io("mem", conditions.memory);
    io("storage", conditions.storage);
    io("gpu", conditions.gpu);
    io("walltime", conditions.walltime);
}

void members(auto& io, Is<FunctionSpec> auto& spec)
{
    io("nodename", spec.node);
    io("funcname", spec.function);
    io("args", spec.args);
    io("kwargs", spec.kwargs);
    io("priority", spec.priority);
    // Both are always said: left out they mean that the process is taken away at once.
    io("maxwaittime", spec.max_wait_time);
    io("maxexectime", spec.max_exec_time);
    io("maxretries", spec.max_retries);
    io("conditions", spec.conditions);
    io("label", spec.label);
    io.optional("fs", spec.fs);
    io("env", spec.env);
    io.optional("channels", spec.channels);
    io.optional("resource", spec.resource);
}

} // namespace forager::colonies
