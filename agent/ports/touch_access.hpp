// How scripts say that the state of documents may have changed: by the kind, and the name where it is known.
#pragma once

#include <functional>
#include <string>

namespace forager {

/// An empty name: all documents of the kind. Ones that there are none of are no mistake.
using TouchAccess = std::function<void(const std::string& kind, const std::string& name)>;

} // namespace forager
