// Where work waits that must not be lost: safe once it is accepted, started when there is room, kept until its outcome
// is safe, too.
#pragma once

#include "core/failure.hpp"
#include "core/invocation.hpp"
#include "ports/replies.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace forager {

struct Submission {
    Invocation invocation;              ///< without an id it gets a fresh one
    int priority = 0;                   ///< higher goes first
    std::string order_key;              ///< of those with the same one, and due, one runs at a time, the oldest first
    bool overlaps = false;              ///< of its order key: begins when those before it have begun, and need not end
    std::string idempotency_key;        ///< what was accepted under this one before is not accepted again
    bool key_is_enough = false;         ///< whatever else differs; else other work under the key is refused
    std::optional<WallTime> not_before; ///< waits until then
    std::optional<ReplyTo> reply;       ///< who is told of its outcome
};

struct Accepted {
    std::string id;
    bool fresh = true; ///< false: the idempotency key is known, and this is the earlier one
};

class Queue {
public:
    virtual ~Queue() = default;

    /// Safe when it returns. Failures: limit (the queue is full, the arguments are too large), refused (the agent is
    /// stopping, an idempotency key that stands for other work), not_found (the function).
    virtual boost::asio::awaitable<Result<Accepted>> put(Submission submission) = 0;
};

} // namespace forager
