// The scripts that are part of the program. Their paths begin with `builtin_folder`, wherever a script can be named.
#pragma once

#include <optional>
#include <string_view>

namespace forager::scripting {

inline constexpr std::string_view builtin_folder = "builtin:/";

/// The source of one, by its path below that ("compute.lua").
std::optional<std::string_view> builtin_script(std::string_view name);

} // namespace forager::scripting
