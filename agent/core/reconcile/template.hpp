// What replicas are made from, out of the spec of an ExecutorDeployment. Pure.
#pragma once

#include "core/reconcile/deployment.hpp"
#include "core/reconcile/fields.hpp"

namespace forager::reconcile {

/// Mistakes are kept in the reading. `metadata` gives its labels.
Template template_of(const Fields& metadata, const Fields& spec, Runtime runtime);

} // namespace forager::reconcile
