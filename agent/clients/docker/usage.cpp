#include "clients/docker/usage.hpp"

namespace forager::docker {

std::int64_t memory_in(const Object& stats)
{
    const auto memory = part<Object>(stats, "memory_stats");
    const auto detail = part<Object>(memory, "stats");
    const Value* cache = detail.find("total_inactive_file"); // version 1 of cgroups
    if (cache == nullptr)
        cache = detail.find("inactive_file");
    const auto* bytes = cache == nullptr ? nullptr : cache->get<std::int64_t>();
    return part<std::int64_t>(memory, "usage") - (bytes == nullptr ? 0 : *bytes);
}

CpuTime cpu_time_in(const Object& cpu_stats)
{
    const auto number = [](const Object& object, std::string_view name) {
        return static_cast<double>(part<std::int64_t>(object, name));
    };
    return {number(part<Object>(cpu_stats, "cpu_usage"), "total_usage"), number(cpu_stats, "system_cpu_usage"),
            number(cpu_stats, "online_cpus")};
}

double cores_between(const CpuTime& before, const CpuTime& now)
{
    const double passed = now.machine - before.machine;
    return passed > 0 ? (now.used - before.used) / passed * now.cores : 0;
}

} // namespace forager::docker
