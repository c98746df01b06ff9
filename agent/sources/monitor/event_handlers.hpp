// Brings the engine's events to the functions that scripts have named for them. On the strand.
#pragma once

#include "clients/docker/events.hpp"
#include "clients/docker/pairs.hpp"
#include "core/invocation.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"
#include "ports/schedules.hpp"
#include "sources/delivery/event_delivery.hpp"
#include "sources/monitor/lanes.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
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

    EventHandlers(Parts parts, Spawn spawn);

    /// One that is new hears nothing of before, the next agent's neither.
    void set(std::vector<EventHandler> handlers);
    bool empty() const { return handlers_.empty(); }

    /// `old`: it is of before this agent began, and for durable handlers alone.
    void take(const docker::Event& event, bool old);

    /// Where an earlier agent's durable handlers ended; nothing: there were none, or are none.
    boost::asio::awaitable<std::optional<std::int64_t>> ended_at();

private:
    void take_for(const EventHandler& handler, const docker::Event& event);
    void put(Invocation invocation, const EventHandler& handler, const docker::Event& event);
    boost::asio::awaitable<void> settle(std::int64_t time);
    boost::asio::awaitable<void> remember();

    Parts parts_;
    Spawn spawn_;
    EventDelivery delivery_;
    std::vector<EventHandler> handlers_;
    std::multiset<std::int64_t> waiting_; // times of what is not in the queue yet
    std::int64_t heard_ = 0;
    std::int64_t remembered_ = 0;
    bool is_begun_ = false; // what an earlier agent has remembered is known
};

} // namespace forager::monitoring
