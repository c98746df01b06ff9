#include "primitives/docker/policy.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace forager::docker_work {

namespace {

bool matches_any(const Policy::Texts& patterns, std::string_view text)
{
    return std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches_pattern(pattern, text); });
}

// "cron" means "cron nightly", too.
bool is_about_source(const Policy& policy, std::string_view source)
{
    return policy.sources.empty() || matches_any(policy.sources, source) ||
           matches_any(policy.sources, source.substr(0, source.find_first_of(" :")));
}

bool is_about(const Policy& policy, const Asker& asker)
{
    const bool is_function =
        policy.functions.empty() || std::ranges::any_of(asker.functions, [&](const std::string& function) {
            return matches_any(policy.functions, function);
        });
    return is_function && is_about_source(policy, asker.source);
}

} // namespace

Asker asker_of(const Invocation& invocation)
{
    Asker asker;
    asker.source = invocation.source;
    asker.functions.push_back(invocation.function);
    for (const Caller& caller : invocation.chain)
        asker.functions.push_back(caller.function);
    return asker;
}

const Policy& policy_for(const std::vector<Policy>& policies, const Asker& asker)
{
    static const Policy usual;
    const auto last =
        std::find_if(policies.rbegin(), policies.rend(), [&](const Policy& policy) { return is_about(policy, asker); });
    return last == policies.rend() ? usual : *last;
}

} // namespace forager::docker_work
