// Messages between who submitted a process and who runs it. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace forager::colonies {

struct ChannelEntry {
    std::int64_t sequence = 0; ///< the sender's own number
    std::int64_t in_reply_to = 0;
    std::optional<WallTime> time;
    std::string sender;  ///< an id
    std::string payload; ///< bytes
    std::string type;    ///< "data"; "end" says that no more comes
    std::string error;
    bool operator==(const ChannelEntry&) const = default;
};

} // namespace forager::colonies
