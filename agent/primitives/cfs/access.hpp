// How the colony's files are come by.
#pragma once

#include "core/failure.hpp"

#include <functional>

namespace forager::cfs {

class Files;

/// Made when they are first wanted, and then always those. Failures: refused, with what to set.
using FilesAccess = std::function<Result<Files*>()>;

} // namespace forager::cfs
