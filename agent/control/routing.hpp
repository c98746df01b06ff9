// Finding the route of a request among those of a table. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forager::control {

/// What stands in place of "{id}" when the path fits the pattern, an empty text where the pattern has none; nothing
/// when it does not fit.
std::optional<std::string> id_in(std::string_view pattern, std::string_view path);

} // namespace forager::control
