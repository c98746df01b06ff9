// How far a transfer has come, as lines that a script hears (lua/forager/progress.lua). Part of the bindings.
#pragma once

#include "ports/object_store.hpp"
#include "scripting/line_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace forager::scripting {

/// "DONE" or "DONE WHOLE", in bytes. Who hears too slowly misses some; without a queue nobody hears.
inline TransferProgress progress_in(const std::shared_ptr<LineQueue>& lines)
{
    if (!lines)
        return {};
    return [lines](std::uint64_t done, std::optional<std::uint64_t> whole) {
        lines->tell(std::to_string(done) + (whole ? " " + std::to_string(*whole) : ""));
    };
}

} // namespace forager::scripting
