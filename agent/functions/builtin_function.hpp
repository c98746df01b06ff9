// Helpers of the built-in functions' handlers.
#pragma once

#include "core/outcome.hpp"
#include "ports/handler.hpp"
#include "runtime/registry.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager {

/// What upstream's executors say of arguments that they cannot use; callers look for these words.
inline Failure invalid_argument(std::string_view detail)
{
    return {Errc::bad_arguments, "Invalid argument" + std::string{detail}};
}

/// Registers a function of this program, whose names are known to be right.
inline void add_function(Registry& registry, Function function, std::shared_ptr<Handler> handler)
{
    (void)registry.add(std::move(function), std::move(handler));
}

/// A keyword argument that must be text. Failures: bad_arguments.
Result<std::optional<std::string>> text_argument(const Object& kwargs, std::string_view name);
Result<std::optional<Duration>> duration_argument(const Object& kwargs, std::string_view name);
Result<bool> flag_argument(const Object& kwargs, std::string_view name, bool fallback);

/// Refuses keyword arguments that are not in the list, with a suggestion.
Result<void> only_arguments(const Object& kwargs, std::span<const std::string> names);

/// Any data as the text that a command line takes: strings as they are, the rest as JSON.
std::string as_word(const Value& value);

/// The environment variables of an object: name → text.
Result<std::vector<std::pair<std::string, std::string>>> environment_of(const Object& env);

} // namespace forager
