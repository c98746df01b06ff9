#include "primitives/replicas/replica_environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace forager::replicas {

namespace {

// What identifies a replica is not the document's to say.
constexpr std::array<std::string_view, 6> identifying{"COLONIES_PRVKEY",      "COLONIES_EXECUTOR_NAME",
                                                      "COLONIES_EXECUTOR_ID", "COLONIES_EXECUTOR_TYPE",
                                                      "COLONIES_DEPLOYMENT",  "COLONIES_CONTAINER_NAME"};

bool has(const Environment& environment, const std::string& name)
{
    return std::ranges::any_of(environment, [&](const auto& entry) { return entry.first == name; });
}

} // namespace

Environment environment_of(const Environment& document, Environment identity)
{
    Environment all;
    for (const auto& entry : document)
        if (std::ranges::find(identifying, entry.first) == identifying.end() || !has(identity, entry.first))
            all.push_back(entry);
    for (auto& entry : identity)
        if (!has(all, entry.first))
            all.push_back(std::move(entry));
    return all;
}

} // namespace forager::replicas
