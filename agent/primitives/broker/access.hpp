// How the brokers of the configuration are come by.
#pragma once

#include "core/failure.hpp"

#include <functional>
#include <string_view>

namespace forager {

class BrokerDesk;

/// By its name, "redis" or "mqtt"; with an empty one the first that is configured. It is made when it is first wanted.
/// Failures: refused, with what to set; bad_arguments (there is no broker of that name).
using BrokerAccess = std::function<Result<BrokerDesk*>(std::string_view name)>;

} // namespace forager
