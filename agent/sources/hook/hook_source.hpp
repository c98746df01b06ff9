// Answers requests to the hooks of scripts: calls the handler and sends its value, or puts the event into the durable
// queue and says so. One for all hooks, owned by the composition root, on the strand.
#pragma once

#include "core/outcome.hpp"
#include "io/event.hpp"
#include "io/http/server/reply.hpp"
#include "io/http/server/served_request.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"
#include "sources/hook/hook.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class HookSource {
public:
    struct Config {
        std::size_t at_once = 1'000;     ///< handlers that run for waiting callers; more are refused
        std::size_t event = 1024 * 1024; ///< bytes of a durable event as JSON
    };

    /// All must outlive the source.
    struct Parts {
        Clock& clock;
        Queue& queue;
        std::function<boost::asio::awaitable<Outcome>(Invocation)> call; ///< runs it as a part of the caller
        std::function<void(const std::string& message)> tell;            ///< hears what an operator should
        std::function<std::string()> held_up = {};                       ///< why no handler begins; empty: they do
    };

    HookSource(const boost::asio::any_io_executor& executor, Parts parts, Config config);

    /// Replaces all hooks; requests that are being answered go on.
    void set(std::vector<Hook> hooks);

    /// Whether the hook that is meant wants a proof of its own, which makes any other check of the caller needless.
    bool proves_itself(const http::ServedRequest& request) const;

    /// Refuses with 404, 405, 401, 413 and 503; a failed handler is a 500 without details. Cancelling it cancels the
    /// handler; an event that is being put into the queue is put all the same.
    boost::asio::awaitable<http::Reply> handle(http::ServedRequest request);

    /// From now on all are refused.
    void stop() { stopping_ = true; }

    /// Waits until no handler runs for a caller any more.
    boost::asio::awaitable<void> idle();

    std::size_t running() const { return running_; }

private:
    using HookPtr = std::shared_ptr<const Hook>;
    class Place;

    HookPtr find(const http::ServedRequest& request) const;
    http::Reply no_hook(const http::ServedRequest& request) const;
    http::Reply not_proven(const Hook& hook, const std::string& peer);
    boost::asio::awaitable<http::Reply> put(Invocation invocation, std::string key);
    boost::asio::awaitable<http::Reply> call(Invocation invocation);

    Parts parts_;
    Config config_;
    std::vector<HookPtr> hooks_;
    Event emptied_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::optional<TimePoint> told_; // of a wrong proof
    std::uint64_t untold_ = 0;
};

} // namespace forager
