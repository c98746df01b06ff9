#include "io/process/replica/replica_plan.hpp"

#include "io/process/kept/keeper_plan.hpp"
#include "io/process/kept/packing.hpp"

#include <cstdint>
#include <utility>

namespace forager {

namespace {

void pack(Packer& packer, const std::optional<reconcile::HealthCheck>& health)
{
    const reconcile::HealthCheck check = health.value_or(reconcile::HealthCheck{});
    packer.number(check.command.size());
    for (const std::string& word : check.command)
        packer.text(word);
    packer.number(static_cast<std::uint64_t>(check.interval.count()));
    packer.number(static_cast<std::uint64_t>(check.timeout.count()));
    packer.number(static_cast<std::uint64_t>(check.retries));
}

Duration duration(Unpacker& from)
{
    return Duration{static_cast<Duration::rep>(from.number())};
}

// One without a command is none.
std::optional<reconcile::HealthCheck> health(Unpacker& from)
{
    reconcile::HealthCheck check;
    for (std::uint64_t left = from.number(); left > 0 && from.good(); --left)
        check.command.push_back(from.text());
    check.interval = duration(from);
    check.timeout = duration(from);
    check.retries = static_cast<int>(from.number());
    return check.command.empty() ? std::nullopt : std::optional{std::move(check)};
}

} // namespace

std::string packed(const ReplicaPlan& plan)
{
    KeeperPlan same;
    same.launch = plan.launch;
    same.boot = plan.boot;
    Packer packer;
    packer.text(packed(same)).text(plan.folder).number(plan.processors);
    pack(packer, plan.health);
    return packer.take();
}

std::optional<ReplicaPlan> unpacked_replica_plan(std::string_view text)
{
    Unpacker from{text};
    auto same = unpacked_plan(from.text());
    if (!same)
        return {};
    ReplicaPlan plan;
    plan.launch = std::move(same->launch);
    plan.boot = std::move(same->boot);
    plan.folder = from.text();
    plan.processors = from.number();
    plan.health = health(from);
    return from.good() ? std::optional{std::move(plan)} : std::nullopt;
}

} // namespace forager
