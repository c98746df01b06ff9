// forager.run: a script as a piece of work. What it declares is its own, and goes with it.
#pragma once

#include "app/app.hpp"

namespace forager {

inline constexpr const char* run_script_function = "forager.run";

/// Registers it. `app` and `observer` must outlive the registry.
void add_run_script(App& app, Observer& observer);

} // namespace forager
