// Keeps the one connection to the engine's events that serves all monitors and handlers: opened when somebody wants to
// hear, opened again when it ends, and what happened meanwhile asked for as far as the engine remembers it. One loop,
// owned by the composition root, on the strand.
#pragma once

#include "core/retry.hpp"
#include "io/event.hpp"
#include "io/nap.hpp"
#include "ports/clock.hpp"
#include "sources/monitor/engine.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace forager::monitoring {

class EventLoop {
public:
    struct Hears {
        std::function<bool()> wants;  ///< whether there is anybody to hear
        std::function<void()> opened; ///< from now on everything is told: what is there must be looked at
        std::function<void()> closed;
        std::function<void(const docker::Event&, bool old)> event; ///< `old`: of before the first connection
        std::function<void(const std::string& message)> warn;      ///< what an operator should know, a sentence each
        std::function<void(const std::string& message)> inform;
    };

    EventLoop(const boost::asio::any_io_executor& executor, Clock& clock, Random& random, Engine& engine, Hears hears);

    /// Never returns. Ends with `operation_aborted` when it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    /// Somebody wants to hear, or nobody does any more.
    void wake() { nap_.wake(); }

    /// The engine does not answer: the connection is given up, and opened again.
    void doubt() { broken_.set(); }

    /// At first, what happened since then is asked for, too: nanoseconds since 1970.
    void begin_at(std::int64_t time) { last_ = time; }

private:
    class Breaking;

    boost::asio::awaitable<Failure> listen();
    boost::asio::awaitable<void> follow(std::unique_ptr<EngineEvents> events);
    boost::asio::awaitable<bool> broken();
    void hear(const docker::Event& event);
    void close(const Failure& failure);

    Clock& clock_;
    Random& random_;
    Engine& engine_;
    Hears hears_;
    Nap nap_;
    Event broken_;
    Failure problem_;
    Backoff backoff_{std::chrono::milliseconds{100}, std::chrono::seconds{2}};
    bool open_ = false;
    bool complained_ = false;
    std::optional<std::int64_t> last_;
    std::optional<std::int64_t> began_;     // the first connection
    std::unordered_set<std::string> known_; // the last events: some are told again when the connection is
    std::deque<std::string> order_;
};

} // namespace forager::monitoring
