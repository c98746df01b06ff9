// The log beside a SQLite file, as SQLite would read it: up to the first place that does not fit, without a word about
// what stands behind it. Used before the file is opened, on the store's own thread.
#pragma once

#include <cstddef>
#include <string>

namespace forager::store {

/// So many commits in a row may go into the log without a flush.
inline constexpr std::size_t most_unflushed = 4;

/// How many commits stand in the log at `path` behind a place that is damaged: SQLite does not take them. What a power
/// cut left of commits without a flush, and of the one after them, is no more than `most_unflushed` + 1, and nobody had
/// been told of it; more are lost. 0 for a sound log, and for none.
/// The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
std::size_t commits_behind_damage(const std::string& path);

} // namespace forager::store
