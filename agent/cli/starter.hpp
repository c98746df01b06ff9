// What `forager init` puts into a folder, which is a part of the program.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace forager::cli {

using EmbeddedFile = std::pair<std::string_view, std::string_view>; ///< its path, and what it holds

/// A first script and the settings of editors, by their paths in the folder.
std::span<const EmbeddedFile> starter_files();

/// The stubs that describe the library to editors, by their names.
std::span<const EmbeddedFile> stub_files();

} // namespace forager::cli
