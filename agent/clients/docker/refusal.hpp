// How the engine says no. Pure.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>

namespace forager::docker {

/// An answer of status 400 and above, with the engine's own words; `status` is in the details. `asked` names the
/// question where the engine says nothing.
Failure refusal(std::string_view asked, int status, std::string_view body);

/// Whether the engine does not speak the version of its API that it was asked in.
bool is_about_version(const Failure& failure);

/// The status of a refusal of the engine, 0 for other failures.
int status_of(const Failure& failure);

} // namespace forager::docker
