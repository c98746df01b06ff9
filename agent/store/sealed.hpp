// Data as the text that the store keeps: JSON that people can read in the file, from which everything comes back as it
// was, bytes that are no text and numbers that are not finite included.
#pragma once

#include "core/outcome.hpp"
#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::store {

std::string seal(const Value& value);

/// Failures: bad_arguments for text that `seal` did not write.
Result<Value> unseal(std::string_view text);

std::string seal(const Outcome& outcome);

/// Nothing for text that `seal` did not write.
std::optional<Outcome> unseal_outcome(std::string_view text);

/// What there is to say of such text.
Failure unreadable();

} // namespace forager::store
