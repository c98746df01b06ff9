// Amounts of a machine's resources as deployments have them. Pure.
#pragma once

#include "core/value.hpp"

#include <cstdint>
#include <optional>

namespace forager::reconcile {

/// Cores: 1.5, "1.5", "250m" (thousandths, as Kubernetes has them). Nothing when it is unreadable, not above 0, or more
/// than any machine has.
std::optional<double> cores_in(const Value& value);

/// Bytes: a number, "64MB" (powers of 1024, as everywhere in a configuration), or Kubernetes' quantities: "128Mi"
/// (powers of 1024), "128M" (powers of 1000). Nothing when it is unreadable, no whole number or not above 0.
std::optional<std::uint64_t> bytes_in(const Value& value);

} // namespace forager::reconcile
