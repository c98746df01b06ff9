// Work that a peer has lent to this agent, from its arrival until the peer has heard what became of it. Used by sources
// whose peer keeps the work itself; their records are ended like all others.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "ports/durable.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace forager {

struct LentWork {
    Invocation invocation;
    Object lease;                   ///< the source's own: what it needs to tell the outcome
    std::size_t starts = 1;         ///< under this lease: more than 1 after the agent died under it
    std::optional<Outcome> outcome; ///< nothing: it has not ended
};

class Outbox {
public:
    virtual ~Outbox() = default;

    /// The work begins here. Does not wait to be safe: after a crash the peer still has it. Work of a known id goes on
    /// with the new lease, and keeps what it recorded. `durable`: soon where nobody counts its starts yet.
    virtual void begin(const Invocation& invocation, Object lease, WallTime now, Durable durable) = 0;

    /// The peer has heard the outcome, or is never going to: its record may be forgotten. Does not wait to be safe:
    /// after a crash it is told again, and the peer says that it knows.
    /// `note`, where it is not empty, stands in the record.
    virtual void told(std::string id, std::string note) = 0;

    /// The end of work of which the peer does not want to hear: its record ends, and nothing waits to be told, in one
    /// write, so that no later agent tells it. Safe when it returns. Waits as long as there is no room for it.
    virtual boost::asio::awaitable<Result<void>> drop(std::string id, Outcome outcome, std::string note,
                                                      WallTime now) = 0;

    /// All that was not told, the oldest first: for a source that begins. What cannot be read is left out. Failures:
    /// refused.
    virtual boost::asio::awaitable<Result<std::vector<LentWork>>> open() = 0;
};

} // namespace forager
