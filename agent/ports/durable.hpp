// How safe a change of what the agent keeps must be when nobody waits for it.
#pragma once

namespace forager {

enum class Durable {
    soon,    ///< written within 50 ms, and then outlives the agent; a power cut may take it until the next flush
    at_once, ///< flushed to the disk with the next commit
};

} // namespace forager
