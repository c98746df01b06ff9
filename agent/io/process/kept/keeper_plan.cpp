#include "io/process/kept/keeper_plan.hpp"

#include "io/process/kept/packing.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace forager {

namespace {

using Limit = std::optional<std::uint64_t> ResourceLimits::*;

constexpr std::array<Limit, 5> all_limits{&ResourceLimits::cpu_seconds, &ResourceLimits::memory_bytes,
                                          &ResourceLimits::file_bytes, &ResourceLimits::open_files,
                                          &ResourceLimits::processes};

void pack(Packer& packer, const std::vector<std::string>& texts)
{
    packer.number(texts.size());
    for (const std::string& text : texts)
        packer.text(text);
}

void pack(Packer& packer, const ResourceLimits& limits)
{
    for (const Limit limit : all_limits)
        packer.number((limits.*limit).has_value() ? 1 : 0).number((limits.*limit).value_or(0));
}

std::vector<std::string> texts(Unpacker& from)
{
    std::vector<std::string> list;
    for (std::uint64_t left = from.number(); left > 0 && from.good(); --left)
        list.push_back(from.text());
    return list;
}

ResourceLimits limits(Unpacker& from)
{
    ResourceLimits read;
    for (const Limit limit : all_limits) {
        const bool set = from.number() != 0;
        const std::uint64_t value = from.number();
        if (set)
            read.*limit = value;
    }
    return read;
}

} // namespace

std::string packed(const KeeperPlan& plan)
{
    Packer packer;
    pack(packer, plan.launch.argv);
    pack(packer, plan.launch.environment);
    packer.text(plan.launch.cwd).text(plan.launch.user).number(plan.launch.own_folder ? 1 : 0);
    pack(packer, plan.launch.own_variables);
    pack(packer, plan.launch.limits);
    packer.number(plan.launch.open_files).number(plan.launch.merge ? 1 : 0);
    packer.number(plan.limit).text(plan.boot).text(plan.input);
    return packer.take();
}

std::optional<KeeperPlan> unpacked_plan(std::string_view text)
{
    Unpacker from{text};
    KeeperPlan plan;
    plan.launch.argv = texts(from);
    plan.launch.environment = texts(from);
    plan.launch.cwd = from.text();
    plan.launch.user = from.text();
    plan.launch.own_folder = from.number() != 0;
    plan.launch.own_variables = texts(from);
    plan.launch.limits = limits(from);
    plan.launch.open_files = from.number();
    plan.launch.merge = from.number() != 0;
    plan.limit = from.number();
    plan.boot = from.text();
    plan.input = from.text();
    plan.launch.input = !plan.input.empty();
    if (!from.good() || plan.launch.argv.empty())
        return {};
    return plan;
}

} // namespace forager
