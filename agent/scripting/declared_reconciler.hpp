// What a script says of a kind of documents that it keeps: its declaration of `reconciler`, of which the composition
// root makes a `Reconciler`.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <string>

namespace forager::scripting {

struct DeclaredReconciler {
    std::string kind;
    /// Full name of the function behind it: (document, "apply", "force", "delete" or "look") → an object of
    ///   action  "applied", "none", "deleted"; of "look" what would be done: "apply", "nothing", "delete"
    ///   reason  why, in words
    ///   status  what the script's own function gave as such; missing where it gave none
    std::string function;
    Object schema; ///< of the spec; empty: anything goes
    Duration every{};
    bool has_delete = false;
    std::string where; ///< FILE:LINE

    DeclaredReconciler() = default;
};

/// The document as reconcilers read it: checked, with the defaults of its spec. Failures: bad_arguments, with `field`.
Result<Object> checked_document(const DeclaredReconciler& declared, Object document);

} // namespace forager::scripting
