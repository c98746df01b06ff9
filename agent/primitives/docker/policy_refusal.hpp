// How a policy says no. Only for the sources of primitives/docker.
#pragma once

#include "base/text.hpp"
#include "core/failure.hpp"
#include "primitives/docker/policy.hpp"

#include <string>
#include <string_view>

namespace forager::docker_work {

inline std::string in_quotes(std::string_view text)
{
    return "'" + std::string{text} + "'";
}

/// KEY = ["ITEM"]
inline std::string in_list(std::string_view key, std::string_view item)
{
    return std::string{key} + " = [\"" + std::string{item} + "\"]";
}

/// What `setting` may not be, and what in a policy would let it be.
inline Failure refusal(const Policy& policy, const std::string& setting, const std::string& asked,
                       const std::string& remedy)
{
    constexpr std::size_t longest = 400;
    const std::string why =
        policy.name.empty()
            ? "no [[docker.policy]] of the configuration is about who asks, and without one it is refused: " + remedy +
                  " in one would allow it"
            : "the policy '" + policy.name + "' does not allow it: " + remedy + " there would";
    Failure failure{Errc::refused, printable("'" + setting + "' may not be " + tail(asked, longest) + ": " + why)};
    failure.details.append("setting", setting);
    failure.details.append("policy", policy.name);
    failure.retry = false;
    return failure;
}

} // namespace forager::docker_work
