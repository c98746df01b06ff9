// Brings events to the functions that scripts have named for them: at once, or through the durable queue. Bounded: what
// there is no room for is told to the operator, never lost in silence. On the strand.
#pragma once

#include "base/counted.hpp"
#include "core/invocation.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

class EventDelivery {
public:
    /// Begins a coroutine, at the next turn of the loop and not before; it is cancelled and waited for before what it
    /// refers to is gone.
    using Spawn = std::function<void(boost::asio::awaitable<void> work)>;

    /// All must outlive it.
    struct Parts {
        Clock& clock;
        Random& random;
        Queue& queue;
        std::function<boost::asio::awaitable<void>(Invocation invocation)> call;
        std::function<void(const std::string& message)> tell;
        Spawn spawn;
        std::string of; ///< for messages: "of the Docker engine"
    };

    /// Calls that may go on or wait at once; the same of durable events that wait for the queue.
    static constexpr std::size_t most_calls = 1'000;
    static constexpr std::size_t most_waiting = 10'000;

    explicit EventDelivery(Parts parts) : parts_{std::move(parts)} {}

    /// Its label names the event in messages.
    void call(Invocation invocation);

    /// Tries until the queue has taken it, or does not want it at all; `settled` follows. False: there is no room.
    bool put(Submission submission, std::function<boost::asio::awaitable<void>()> settled = {});

private:
    bool has_room(std::size_t taken, std::size_t most, std::string_view event);
    boost::asio::awaitable<void> calling(Invocation invocation, std::shared_ptr<Counted> place);
    boost::asio::awaitable<void> putting(Submission submission, std::shared_ptr<Counted> place,
                                         std::function<boost::asio::awaitable<void>()> settled);

    Parts parts_;
    std::size_t calls_ = 0;
    std::size_t waiting_ = 0;
    std::size_t lost_ = 0;
};

} // namespace forager
