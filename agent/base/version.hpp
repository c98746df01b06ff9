// The program's version, from the build.
#pragma once

namespace forager {

inline constexpr const char* version = FORAGER_VERSION;

} // namespace forager
