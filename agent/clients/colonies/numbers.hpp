// Numbers as the server keeps them: it reads all of JSON's as floating point of double precision. Used by whoever hands
// it a program's own values.
#pragma once

#include "core/value.hpp"

#include <optional>
#include <string>

namespace forager::colonies {

/// Where in the value the first integer is that would come back as another one, and which: "args[2].id is
/// 9007199254740993". `path` names the value; nothing: there is none.
std::optional<std::string> rounded_number(const Value& value, const std::string& path);

} // namespace forager::colonies
