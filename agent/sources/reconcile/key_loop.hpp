// Runs a piece of work for each key that was touched: each key at most once at a time, again when it was touched
// meanwhile, after a growing pause when it fails, and after `resync` though nobody touched it. Keys, not events:
// however often one is touched before its turn, it has one. One loop, on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/key.hpp"
#include "core/retry.hpp"
#include "io/nap.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace forager::reconciling {

class KeyLoop {
public:
    /// What became of one turn: when the next one is due at the latest (nothing: when it is touched).
    using Turn = std::function<boost::asio::awaitable<Result<std::optional<Duration>>>(reconcile::Key key)>;
    using Spawn = std::function<void(boost::asio::awaitable<void> work)>;

    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        Random& random;
        Turn turn;
        Spawn spawn; ///< on the strand; ended with the loop
        std::size_t at_once = 8;
        Duration shortest_pause = std::chrono::milliseconds{200}; ///< after a failure; doubles up to the longest
        Duration longest_pause = std::chrono::minutes{1};
    };

    explicit KeyLoop(Parts parts);

    /// Its turn comes as soon as there is a place. A back-off is not waited for when `now`.
    void touch(const reconcile::Key& key, bool now = false);

    /// No turn any more; one that runs goes on.
    void forget(const reconcile::Key& key);

    /// Never returns. Ends with `operation_aborted` when it is cancelled.
    boost::asio::awaitable<void> run();

private:
    struct Entry {
        Backoff backoff;
        std::optional<TimePoint> due; ///< the next turn; nothing: none is due
        TimePoint not_before{};       ///< a back-off
        bool runs = false;
        bool again = false; ///< touched while it ran
        bool forgotten = false;

        explicit Entry(Backoff backoff) : backoff{backoff} {}
    };

    void begin(const reconcile::Key& key, Entry& entry);
    boost::asio::awaitable<void> take_turn(reconcile::Key key);
    void settle(const reconcile::Key& key, const Result<std::optional<Duration>>& outcome);

    Parts parts_;
    Nap nap_;
    std::map<reconcile::Key, Entry> entries_;
    std::size_t running_ = 0;
};

} // namespace forager::reconciling
