// The status of a deployment as people and programs see it. `instances` and the numbers of them are as upstream's
// reconciler tells them: the server's own commands show those.
#include "base/timestamp.hpp"
#include "core/reconcile/plan.hpp"
#include "core/reconcile/replica_view.hpp"

#include <algorithm>

namespace forager::reconcile {

namespace {

std::string_view type_of(Runtime runtime)
{
    switch (runtime) {
    case Runtime::docker: return "container";
    case Runtime::kubernetes: return "pod";
    case Runtime::local: return "process";
    }
    return "container";
}

std::string_view word(Instance::State state)
{
    switch (state) {
    case Instance::State::starting: return "starting";
    case Instance::State::running: return "running";
    case Instance::State::ended: return "stopped";
    }
    return "stopped";
}

Object row_of(const Instance& instance, WallTime now)
{
    Object row{{"id", instance.id},
               {"name", instance.name},
               {"type", type_of(instance.runtime)},
               {"state", word(instance.state)},
               {"ready", is_ready(instance)},
               {"generation", instance.generation}};
    if (!instance.executor.empty())
        row.append("executor", instance.executor);
    if (!instance.image.empty())
        row.append("image", instance.image);
    row.append("created", timestamp(instance.created));
    row.append("lastCheck", timestamp(now));
    if (instance.exit_code)
        row.append("exitCode", *instance.exit_code);
    if (!instance.trouble.empty())
        row.append("trouble", instance.trouble);
    return row;
}

std::int64_t in_state(const std::vector<Instance>& there, Instance::State state)
{
    return std::ranges::count(there, state, &Instance::state);
}

} // namespace

std::string_view word(Phase phase)
{
    switch (phase) {
    case Phase::pending: return "Pending";
    case Phase::running: return "Running";
    case Phase::scaling: return "Scaling";
    case Phase::updating: return "Updating";
    case Phase::degraded: return "Degraded";
    case Phase::paused: return "Paused";
    case Phase::deleting: return "Deleting";
    case Phase::deleted: return "Deleted";
    }
    return "Pending";
}

Object status_of(const Deployment& wanted, const std::vector<Instance>& there, const Plan& plan, WallTime now)
{
    Array rows;
    for (const Instance& instance : there)
        rows.emplace_back(row_of(instance, now));
    const auto is_wanted = [&](const Instance& i) {
        return is_live(i) && i.runtime == wanted.runtime && i.print == plan.memory.print;
    };
    return {{"name", wanted.key.name},
            {"kind", wanted.key.kind},
            {"phase", word(plan.phase)},
            {"message", plan.message},
            {"generation", wanted.generation},
            {"observedGeneration", wanted.generation},
            {"replicas", wanted.replicas},
            {"ready", std::int64_t{std::ranges::count_if(there, is_ready)}},
            {"updated", std::int64_t{std::ranges::count_if(there, is_wanted)}},
            {"instances", std::move(rows)},
            {"runningInstances", in_state(there, Instance::State::running)},
            {"stoppedInstances", in_state(there, Instance::State::ended)},
            {"totalInstances", static_cast<std::int64_t>(there.size())},
            {"lastUpdated", timestamp(now)}};
}

} // namespace forager::reconcile
