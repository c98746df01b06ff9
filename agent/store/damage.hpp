// What can have happened to the state file and its log while no agent had them, and how what is damaged is put out of
// the way. Used before the file is opened.
#pragma once

#include "core/failure.hpp"

#include <string>

namespace forager::store {

/// The file at `path` is empty or gone, and its log is not: SQLite would remove that.
bool has_lost_its_file(const std::string& path);

/// What to say when the file is there and empty; empty: it is not. A first start that was cut off leaves such a file,
/// too.
std::string emptied(const std::string& path);

/// What to say when commits are lost in a damaged log, of which a copy is kept; empty: none are. SQLite reads what
/// stands before the damage, and the agent goes on with that.
std::string broken_log(const std::string& path);

/// Renames the file and those beside it, to where nothing was set aside before. Gives the file's new path. Failures:
/// refused.
Result<std::string> set_aside(const std::string& path);

} // namespace forager::store
