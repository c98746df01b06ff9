// A block that seems to have lost its `end`: Lua counts, people indent. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace forager::scripting {

struct OpenBlock {
    std::string_view word; ///< that opens it, of the source
    std::size_t line = 1;
};

/// The first block whose `end`, as Lua counts, stands further left than the line that opens it.
std::optional<OpenBlock> open_block(std::string_view source);

} // namespace forager::scripting
