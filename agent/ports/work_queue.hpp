// The agent's own queue as those see it who hand work in and look after it. Implemented by the agent, on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "ports/queue.hpp"
#include "ports/records.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace forager {

class WorkQueue {
public:
    virtual ~WorkQueue() = default;

    /// Safe when it returns. Failures: those of `Queue::put`.
    virtual boost::asio::awaitable<Result<Accepted>> submit(Submission submission) = 0;

    /// What is kept of an invocation; nothing when it is not known, or not any more.
    virtual boost::asio::awaitable<Result<std::optional<Record>>> find(std::string id) = 0;

    /// Ends one that waits, and asks one to end that was begun. False: there is none to end. Failures: the disk's.
    virtual boost::asio::awaitable<Result<bool>> cancel(std::string id) = 0;

    /// Safe when it returns. Failures: not_found, refused (it has ended, or hears none), limit.
    virtual boost::asio::awaitable<Result<void>> signal(std::string id, std::string event, Value value) = 0;
};

/// That of the agent. Failures: refused, with what to do where no agent runs.
using WorkQueueAccess = std::function<Result<WorkQueue*>()>;

} // namespace forager
