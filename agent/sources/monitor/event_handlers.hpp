// Brings the engine's events to the functions that scripts have named for them: at once, or through the durable queue.
// Bounded: what there is no room for is told to the operator, never lost in silence. On the strand.
#pragma once

#include "base/counted.hpp"
#include "clients/docker/events.hpp"
#include "clients/docker/pairs.hpp"
#include "core/invocation.hpp"
#include "core/retry.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"
#include "ports/schedules.hpp"
#include "sources/monitor/lanes.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager::monitoring {

struct EventHandler {
    std::string function;
    std::string event;  ///< as the script names it: "docker:die"
    std::string action; ///< a pattern: "die", "health_status: unhealthy", "*"
    std::string name;   ///< of containers, a pattern; empty: any
    docker::Pairs labels;
    bool durable = false;

    bool operator==(const EventHandler&) const = default;
};

/// { action, about, container { id, name, image, labels }, exit_code, time, attributes }: `about` is what stands behind
/// the action's colon, where there is something; the time is in seconds since 1970.
Object object_of(const docker::Event& event);

class EventHandlers {
public:
    /// All must outlive it.
    struct Parts {
        Clock& clock;
        Random& random;
        Queue& queue;
        Schedules& memory; ///< of the time up to which durable handlers have heard
        std::function<boost::asio::awaitable<void>(Invocation invocation)> call;
        std::function<void(const std::string& message)> tell;
    };

    /// Calls that may go on or wait at once; the same of durable events that wait for the queue.
    static constexpr std::size_t most_calls = 1'000;
    static constexpr std::size_t most_waiting = 10'000;

    EventHandlers(Parts parts, Spawn spawn);

    void set(std::vector<EventHandler> handlers) { handlers_ = std::move(handlers); }
    bool empty() const { return handlers_.empty(); }

    /// `old`: it is of before this agent began, and for durable handlers alone.
    void take(const docker::Event& event, bool old);

    /// Where an earlier agent's durable handlers ended; nothing: there were none, or are none.
    boost::asio::awaitable<std::optional<std::int64_t>> ended_at();

private:
    void take_for(const EventHandler& handler, const docker::Event& event);
    boost::asio::awaitable<void> call(Invocation invocation, std::shared_ptr<Counted> place);
    boost::asio::awaitable<void> put(Submission submission, std::int64_t time);
    boost::asio::awaitable<void> remember();
    bool has_room(std::size_t taken, std::size_t most, const EventHandler& handler);

    Parts parts_;
    Spawn spawn_;
    std::vector<EventHandler> handlers_;
    std::size_t calls_ = 0;
    std::multiset<std::int64_t> waiting_; // times of what is not in the queue yet
    std::int64_t heard_ = 0;
    std::int64_t remembered_ = 0;
    std::size_t lost_ = 0;
};

} // namespace forager::monitoring
