// How the object store of the configuration is come by.
#pragma once

#include "core/failure.hpp"

#include <functional>

namespace forager {

class ObjectStore;

/// It is made when it is first wanted. Failures: refused, with what to set.
using StoreAccess = std::function<Result<ObjectStore*>()>;

} // namespace forager
