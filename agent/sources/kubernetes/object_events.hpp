// Changes of a cluster's objects, and the functions that scripts have named for them.
#pragma once

#include "clients/kubernetes/known_objects.hpp"
#include "sources/delivery/event_delivery.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

struct ObjectHandler {
    std::string function;
    std::string event;                                       ///< as the script names it: "k8s:pods/deleted"
    std::optional<kubernetes::Change::Type> type;            ///< nothing: any
    std::string name;                                        ///< a pattern; empty: any
    std::vector<std::pair<std::string, std::string>> labels; ///< an empty text: any value
    bool durable = false;

    ObjectHandler() = default;
};

/// { type, name, namespace, object }: "added", "modified" or "deleted", and the object as Kubernetes has it.
Object object_of(const kubernetes::Change& change);

/// Gives a change to those of the handlers that want it.
void deliver(const kubernetes::Change& change, const std::vector<ObjectHandler>& handlers, EventDelivery& delivery);

} // namespace forager
