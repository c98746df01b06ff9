// Who wants to hear what became of work in the queue, and over which broker: kept until he has been told.
#pragma once

#include "core/outcome.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

struct ReplyTo {
    std::string broker; ///< its name, "redis"
    std::string channel;
    Value id; ///< what the request called itself, text or a number; null: it did not

    ReplyTo() = default;
    ReplyTo(std::string broker, std::string channel, Value id)
        : broker{std::move(broker)}, channel{std::move(channel)}, id{std::move(id)}
    {
    }

    bool operator==(const ReplyTo&) const = default;
};

/// The work has ended, and nobody was told yet.
struct DueReply {
    std::string id; ///< of the invocation
    std::string function;
    ReplyTo to;
    Outcome outcome;

    DueReply() : outcome{Outputs{}} {}
};

class Replies {
public:
    virtual ~Replies() = default;

    /// What `id` gives goes there, as if it had been put into the queue with it. Failures: not_found, refused.
    virtual boost::asio::awaitable<Result<void>> want(std::string id, ReplyTo to) = 0;

    /// Of one broker, in the order in which the work ended. Failures: refused.
    virtual boost::asio::awaitable<Result<std::vector<DueReply>>> due(std::string broker, std::size_t most) = 0;

    /// They have been told, or never will be: safe when it returns. `note`, where it is not empty, stands in their
    /// records. Waits as long as there is no room for it.
    virtual boost::asio::awaitable<Result<void>> told(std::vector<std::string> ids, std::string note) = 0;
};

/// Those of the agent. Failures: refused, with what to do where no agent runs.
using RepliesAccess = std::function<Result<Replies*>()>;

} // namespace forager
