// Small files that others read while they are being replaced: somebody sees all of one, or of the one before. What they
// say is of no use once the machine was started anew, so nothing is flushed. All of it blocks.
#pragma once

#include <string>
#include <string_view>

namespace forager {

bool write_all(int descriptor, std::string_view text);

/// Only its owner may read it. False: see `errno`; the one before is as it was.
bool write_whole(const std::string& path, std::string_view text);

/// Empty where there is none.
std::string content_of(const std::string& path);

} // namespace forager
