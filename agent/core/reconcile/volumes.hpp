// The volumes of an ExecutorDeployment, in all their forms: { source, target }, { host, container, readOnly }, and
// "source:target:ro". Pure.
#pragma once

#include "core/reconcile/deployment.hpp"
#include "core/reconcile/fields.hpp"

#include <vector>

namespace forager::reconcile {

/// Those of the member `volumes` behind those that there are. Mistakes are kept in the reading.
void add_volumes(std::vector<Volume>& volumes, const Fields& fields);

} // namespace forager::reconcile
