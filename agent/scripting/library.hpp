// The Lua library, which is part of the program.
#pragma once

#include <optional>
#include <string_view>

namespace forager::scripting {

/// The source of a file of the library, named as below lua/ ("forager/init.lua").
std::optional<std::string_view> library_file(std::string_view name);

} // namespace forager::scripting
