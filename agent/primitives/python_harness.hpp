// The files of this folder that are part of the program: what runs inside the Python interpreter.
#pragma once

#include <optional>
#include <string_view>

namespace forager {

std::optional<std::string_view> python_file(std::string_view name);

} // namespace forager
