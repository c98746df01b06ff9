// Time zones by name, from the machine's time zone database. Reads files: for the start, reloads and checks.
#pragma once

#include "core/due_time.hpp"

#include <memory>
#include <string_view>

namespace forager {

/// The zone of an IANA name ("Europe/Berlin"), or the machine's when the name is empty: what the variable TZ names,
/// else what /etc/localtime leads to, else UTC. "UTC" needs no database. Failures: bad_arguments, with the name that
/// was probably meant.
Result<std::shared_ptr<const ZoneRules>> find_time_zone(std::string_view name);

} // namespace forager
