// What a replica finds in its environment. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace forager::replicas {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// The document's, and what identifies the replica in the colony: where both name one, what says who it is comes from
/// the identity, and anything else (where the server is) from the document.
Environment environment_of(const Environment& document, Environment identity);

} // namespace forager::replicas
