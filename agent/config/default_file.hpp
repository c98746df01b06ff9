// The default configuration file: every section and key, each with what it means, commented out at its default.
#pragma once

#include <string>

namespace forager::config {

std::string default_file();

} // namespace forager::config
