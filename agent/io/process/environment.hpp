// The environment and the program that a child gets, found out before it is born. Used by the launcher.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <utility>
#include <vector>

namespace forager {

/// "NAME=value" entries.
using Environment = std::vector<std::string>;

/// The environment of this process.
Environment current_environment();

/// `base` with `changes` on top; a name stands once. Failure: bad_arguments for a name that cannot be one.
Result<Environment> with_changes(Environment base, const std::vector<std::pair<std::string, std::string>>& changes);

/// The path to execute for `program` in the folder `cwd` (empty: the present one), along the PATH of `environment`. A
/// program with a slash in its name stays as it is. Failures: not_found, refused (there, but not executable).
Result<std::string> find_program(const std::string& program, const Environment& environment, const std::string& cwd);

} // namespace forager
