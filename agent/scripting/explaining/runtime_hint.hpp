// What probably is wrong where Lua refuses an operation. Pure.
#pragma once

#include <string>
#include <string_view>

namespace forager::scripting {

/// " (…)" to stand behind what Lua says, or nothing where it says enough or no cause is certain.
std::string runtime_hint(std::string_view message);

} // namespace forager::scripting
