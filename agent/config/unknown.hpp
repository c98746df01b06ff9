// What is said of names that the table does not have: with the nearest that it has, or where they belong. Pure.
#pragma once

#include "config/table.hpp"

#include <string>

namespace forager::config {

/// The section as its header: "[agent]", "[[executor]]".
std::string in_brackets(const Section& section);

std::string no_section(const std::string& name);
std::string no_key(const Section& section, const std::string& name);

} // namespace forager::config
