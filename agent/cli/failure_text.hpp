// A failure for people, where the line of the script that it is about is at hand.
#pragma once

#include "core/failure.hpp"

#include <string>

namespace forager::cli {

/// As `failure_text` in output.hpp, with this excerpt in place of one that is read.
std::string failure_text_with(const Failure& failure, const std::string& excerpt);

} // namespace forager::cli
