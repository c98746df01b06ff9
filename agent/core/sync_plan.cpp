#include "core/sync_plan.hpp"

#include <algorithm>

namespace forager {

namespace {

// A file that is on one side alone.
SyncStep lone_step(const std::string& path, const SyncedFile& file, bool is_local, SyncRules rules)
{
    const bool goes = rules.mirror && is_local == rules.keep_remote;
    if (is_local)
        return {path, goes ? SyncAction::remove_local : SyncAction::upload, goes ? 0 : file.size};
    return {path, goes ? SyncAction::remove_remote : SyncAction::download, goes ? 0 : file.size};
}

} // namespace

SyncPlan plan_sync(const SyncedFiles& local, const SyncedFiles& remote, SyncRules rules)
{
    SyncPlan plan;
    for (const auto& [path, mine] : local) {
        const auto other = remote.find(path);
        if (other == remote.end() && !rules.upload)
            continue;
        if (other == remote.end())
            plan.steps.push_back(lone_step(path, mine, true, rules));
        else if (other->second.checksum == mine.checksum)
            ++plan.unchanged;
        else if (rules.keep_remote)
            plan.steps.push_back({path, SyncAction::download, other->second.size, true});
        else if (rules.upload)
            plan.steps.push_back({path, SyncAction::upload, mine.size, true});
    }
    for (const auto& [path, file] : remote)
        if (!local.contains(path))
            plan.steps.push_back(lone_step(path, file, false, rules));
    std::ranges::sort(plan.steps, {}, &SyncStep::path);
    return plan;
}

} // namespace forager
