#include "primitives/docker/permitted_limits.hpp"

#include "base/duration.hpp"
#include "base/size.hpp"
#include "io/formats/numbers.hpp"
#include "primitives/docker/policy_refusal.hpp"

#include <cstdint>
#include <string>

namespace forager::docker_work {

namespace {

// Nothing, and what an engine takes for nothing, is as much as there is.
template <class T, class Show>
Result<void> bound(const Policy& policy, const std::string& setting, std::optional<T>& value, T most, Show show)
{
    if (most <= T{})
        return {};
    if (value && (*value > most || *value <= T{}))
        return refusal(policy, setting,
                       *value <= T{} ? "without a limit" : show(*value) + ", which is more than " + show(most),
                       "a larger " + setting);
    value = value.value_or(most);
    return {};
}

} // namespace

Result<void> permit_limits(const Policy& policy, docker::ContainerSpec& spec)
{
    if (auto fine = bound(policy, "memory", spec.memory, std::uint64_t{policy.memory}, size_text); fine.has_error())
        return fine;
    if (auto fine = bound(policy, "cpus", spec.cpus, policy.cpus, number_text); fine.has_error())
        return fine;
    return bound(policy, "pids", spec.pids, static_cast<std::int64_t>(policy.pids),
                 [](std::int64_t count) { return std::to_string(count); });
}

Result<void> permit_lifetime(const Policy& policy, std::optional<Duration>& timeout)
{
    return bound(policy, "timeout", timeout, policy.lifetime, [](Duration time) { return to_text(time); });
}

Result<void> permit_staying(const Policy& policy)
{
    if (policy.lifetime <= Duration{})
        return {};
    return refusal(policy, "timeout", "without a limit, as it is for a container that nobody waits for",
                   R"(lifetime = "0s")");
}

Result<void> permit_one_more(const Policy& policy, std::size_t count)
{
    if (policy.containers == 0 || count < policy.containers)
        return {};
    return refusal(policy, "containers", "more than " + std::to_string(policy.containers) + " at once",
                   "a larger number of containers");
}

} // namespace forager::docker_work
