// The agent's queue for scripts and for the API: what they hand in, and what they ask of what was handed in.
#pragma once

#include "ports/work_queue.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/signals.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"

#include <functional>
#include <string>
#include <utility>

namespace forager {

class WorkDesk final : public WorkQueue {
public:
    /// All must outlive it.
    struct Parts {
        Scheduler& scheduler;
        QueueSource& queue;
        store::Store& store;
        Signals& signals;
        std::function<bool(const std::string& function)> hears_signals; ///< or may do so when it is there again
    };

    explicit WorkDesk(Parts parts) : parts_{std::move(parts)} {}

    boost::asio::awaitable<Result<Accepted>> submit(Submission submission) override;
    boost::asio::awaitable<Result<std::optional<Record>>> find(std::string id) override;
    boost::asio::awaitable<Result<bool>> cancel(std::string id) override;
    boost::asio::awaitable<Result<void>> signal(std::string id, std::string event, Value value) override;

private:
    Parts parts_;
};

} // namespace forager
