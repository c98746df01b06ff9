// How what scripts ask of the world is shown: by plan and by replay.
#pragma once

#include "app/asked.hpp"

#include <cstddef>
#include <string>

namespace forager::cli {

/// "   3 sh "df -h"   (disk.lua:7)" and a line break; long texts are cut.
std::string numbered_line(std::size_t number, const Asked& asked);

/// All of it, for programs: { call, args, options, function, where }.
Object asked_row(const Asked& asked);

/// "1 step", "2 steps".
std::string as_steps(std::size_t count);

} // namespace forager::cli
