// Names that people bring from other languages, or from Lua with all of its libraries, and what stands for them here.
#pragma once

#include <string>
#include <string_view>

namespace forager::scripting {

/// " (…)" to stand behind a message, or nothing. `table` is where the name was looked for: "" for globals, "forager",
/// "os"; "*" for a function or a method of any table.
std::string familiar(std::string_view table, std::string_view name);

} // namespace forager::scripting
