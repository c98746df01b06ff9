// A document as text for people.
#pragma once

#include "core/value.hpp"

#include <string>

namespace forager::cli {

/// All that the agent says of it: what it is, how it is and why, what is wanted, its replicas, its revisions, what was
/// done last.
std::string described(const Value& document);

/// Its revisions as a table, the newest last.
std::string history_of(const Value& document);

} // namespace forager::cli
