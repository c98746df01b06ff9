// What a plain word means in YAML 1.2 (its core schema); shared by the reader and the writer of YAML.
#pragma once

#include "core/value.hpp"

#include <string>

namespace forager {

/// The null, boolean or number that the word stands for, else the word itself as text.
Value yaml_scalar(const std::string& word);

} // namespace forager
