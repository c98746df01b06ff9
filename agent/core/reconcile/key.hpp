// Which document something belongs to. Pure.
#pragma once

#include <compare>
#include <string>

namespace forager::reconcile {

/// A document is told from all others by these four. Replicas carry them as labels: that is whose they are.
struct Key {
    std::string origin; ///< "" for the agent's own documents, "colony" for blueprints
    std::string space;  ///< `metadata.namespace` or `metadata.colonyname`; empty: none
    std::string kind;
    std::string name;

    auto operator<=>(const Key&) const = default;
};

/// "ExecutorDeployment/web", for people.
inline std::string to_text(const Key& key)
{
    return key.kind + "/" + key.name;
}

} // namespace forager::reconcile
