// What owners that died have left in a folder. Whoever works at a file or folder there holds it with flock(), which
// its death gives back. Used before new ones are made. Blocks.
#pragma once

#include "base/time.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace forager {

enum class LeftKind { files, folders };

struct LeftFile {
    std::string path;
    int descriptor = -1; ///< open for reading
    Duration age{};      ///< since it was changed
};

/// Of what is called `prefix` and more in `folder`, removes what `is_one` and nobody holds. Links are left alone, and
/// so is what cannot be looked at.
void remove_left(const std::string& folder, std::string_view prefix, LeftKind kind,
                 const std::function<bool(const LeftFile& file)>& is_one);

} // namespace forager
