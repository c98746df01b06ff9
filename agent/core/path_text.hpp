// Absolute paths as text, whether of files or of labels: what stands in them is all that counts. Pure.
#pragma once

#include <string>
#include <string_view>

namespace forager {

/// The path without "." and ".." and double slashes, as text alone says it; links are not looked at.
std::string normal_path(std::string_view path);

/// Whether one absolute path is the other one, or below it: "/src/x" is within "/src", "/srcold" is not. Both in their
/// normal form.
bool is_within(std::string_view path, std::string_view folder);

} // namespace forager
