// Which changes of a cluster's objects somebody wants to hear of: "pods/deleted", "deployments",
// "widgets.example.com/*". Pure.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>

namespace forager {

struct KubernetesEvent {
    std::string resource;
    std::string type; ///< "added", "modified", "deleted"; empty: any

    /// Failures: bad_arguments, with what there is.
    static Result<KubernetesEvent> parse(std::string_view text);
};

} // namespace forager
