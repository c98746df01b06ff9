// What the machine has, in the words of a colony: measured, unless the environment says otherwise under the names that
// Colonies' executors use.
#pragma once

#include "sources/colony/desk.hpp"

#include <string>

namespace forager {

/// `folder`: whose file system counts as the machine's storage.
colony::Machine machine_capabilities(const std::string& folder);

} // namespace forager
