// The files that a script requires: they lie beside it.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>

namespace forager::scripting {

struct ModuleFile {
    std::string path;
    std::string source;
};

/// The longest script that is read, in bytes.
inline constexpr std::size_t longest_script = std::size_t{16} * 1024 * 1024;

/// Reads a script, from the disk or out of the program. Failures: not_found, refused (a folder, no permission), limit,
/// bad_arguments (not text).
Result<std::string> read_script(const std::string& path);

/// Finds `a.b` as a/b.lua or a/b/init.lua in the folder of `script`. The failure says where it was looked for.
Result<ModuleFile> find_module(const std::string& script, std::string_view name);

} // namespace forager::scripting
