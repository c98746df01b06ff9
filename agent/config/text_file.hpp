// Reads the small files that a configuration is made of.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <string>

namespace forager::config {

struct TextFile {
    std::string text;
    unsigned mode = 0; ///< its permissions
};

/// A regular file of at most `most` bytes. Failures name it: `not_found`, `refused`, `limit`.
Result<TextFile> read_text_file(const std::string& path, std::size_t most);

} // namespace forager::config
