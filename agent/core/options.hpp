// Reads the options among data: keyword arguments, and the option tables of scripts. An option that is null counts as
// missing. All failures are bad_arguments and name the option.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// The option, or a null pointer.
const Value* option(const Object& options, std::string_view name);

Result<std::optional<std::string>> text_option(const Object& options, std::string_view name);
Result<std::optional<std::int64_t>> whole_option(const Object& options, std::string_view name);
Result<std::optional<Duration>> duration_option(const Object& options, std::string_view name);
Result<bool> flag_option(const Object& options, std::string_view name, bool fallback);

/// A duration as people write it: text, or a number of seconds.
Result<Duration> to_duration(const Value& value);

} // namespace forager
