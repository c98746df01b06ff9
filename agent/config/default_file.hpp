// The default configuration file: every section and key, each with what it means, commented out at its default.
#pragma once

#include "config/key.hpp"

#include <string>

namespace forager::config {

std::string default_file();

/// What a key means, which values it may have where that is not plain, and which other variables it is read from.
std::string meaning_of(const Key& key);

/// The default settings, with one of each section that may stand several times.
Settings one_of_each();

} // namespace forager::config
