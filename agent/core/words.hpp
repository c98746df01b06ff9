// A command line in words, as a shell would read it that expands nothing. Pure. Source: POSIX, Shell Command Language,
// 2.2 Quoting.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// Failures: bad_arguments (a quote that is not closed, a backslash at the end).
Result<std::vector<std::string>> words_in(std::string_view line);

} // namespace forager
