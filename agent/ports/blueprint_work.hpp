// The work that a colony gives to the reconciler of its blueprints. Used by the functions of the family reconcile;
// implemented by the agent's composition.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace forager {

struct ReconcileWish {
    std::string executor_type; ///< of the executor that was asked; empty: any of the agent's
    std::string kind;
    std::string name; ///< of one blueprint; empty: all of the kind
    bool force = false;
    std::optional<Object> resource; ///< the document itself, where an old server attaches it

    ReconcileWish() = default;
};

class BlueprintWork {
public:
    virtual ~BlueprintWork() = default;

    /// Looks at the blueprints, and makes the world so; returns when that is so, or after a while. { kind, count,
    /// results: [{ blueprintName, success, status, action, error? }] }, in which `action` is "reconciled",
    /// "status_updated", "force_reconciled" or, of one that another reconciler sees to, "left". A blueprint that fails
    /// is no failure. Failures: the colony cannot be asked.
    virtual boost::asio::awaitable<Result<Object>> reconcile(ReconcileWish wish) = 0;

    /// Removes what is left of a blueprint that the colony has no more: { status }. Nothing left is a success.
    /// Failures: the colony cannot be asked; something is left.
    virtual boost::asio::awaitable<Result<Object>> clean_up(std::string kind, std::string name) = 0;
};

/// Failures: refused, where there is none.
using BlueprintWorkAccess = std::function<Result<BlueprintWork*>()>;

} // namespace forager
