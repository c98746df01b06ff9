// What happens to objects, as it happens and without a gap. On the strand.
#pragma once

#include "base/time.hpp"
#include "clients/kubernetes/client.hpp"
#include "clients/kubernetes/known_objects.hpp"
#include "clients/kubernetes/objects.hpp"
#include "core/retry.hpp"
#include "io/http/answer_lines.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace forager::kubernetes {

/// One event as the server writes it: "ADDED", "MODIFIED", "DELETED", "BOOKMARK".
struct WatchEvent {
    std::string type;
    Object object;

    WatchEvent() = default;
    WatchEvent(std::string type, Object object) : type{std::move(type)}, object{std::move(object)} {}
};

/// One request of a watch, which ends when its time is over, or whenever the server likes.
class WatchStream {
public:
    WatchStream() = default; ///< has ended
    explicit WatchStream(http::AnswerStream stream);

    /// The next event, nothing at the end. Waits without limit. Failures: unreachable (it ended in the middle), refused
    /// (no event; an error instead of one, see `is_expired`), limit (an event beyond 16 megabytes).
    boost::asio::awaitable<Result<std::optional<WatchEvent>>> next();

private:
    http::AnswerLines lines_;
};

/// All that happens after `version`, for so long at most (whole seconds).
boost::asio::awaitable<Result<WatchStream>> watch(Client& client, Place place, Selector selector, std::string version,
                                                  std::chrono::seconds time);

/// Watches for good: it begins with what is there, goes on where a request ended, lists again where the server has
/// forgotten that place, and gives up a stream that is silent for too long. Nothing is missed that leaves a trace: of
/// what came and went while the server could not be asked, and was forgotten, nothing is known.
class Watcher {
public:
    struct Config {
        std::chrono::seconds time{300};                       ///< of one request; it is made a little longer by chance
        Duration longest_silence = std::chrono::seconds{100}; ///< bookmarks come every minute
        Duration longest_pause = std::chrono::seconds{30};    ///< between tries to ask a server that is away
    };

    /// The client and the chance must outlive it.
    Watcher(Client& client, Random& chance, Place place, Selector selector, Config config);
    Watcher(Client& client, Random& chance, Place place, Selector selector)
        : Watcher{client, chance, std::move(place), std::move(selector), Config{}}
    {
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// The next change. Waits without limit, also for a server that is away. Failures: what asking again would not
    /// change (forbidden, no such kind, a selector that is wrong). Throws `operation_aborted` when cancelled, and may
    /// be asked again then.
    boost::asio::awaitable<Result<Change>> next();

    /// Whether what `next` gave last was there at the beginning.
    bool was_there() const { return was_there_; }

    /// What is known now.
    const KnownObjects& known() const { return known_; }

    /// Whether all was told that was there at the beginning.
    bool is_complete() const { return complete_ && changes_.empty(); }

private:
    boost::asio::awaitable<Result<void>> step();
    boost::asio::awaitable<Result<void>> read_list();
    boost::asio::awaitable<Result<void>> open();
    boost::asio::awaitable<Result<void>> hear();
    boost::asio::awaitable<void> rest(Duration least);
    void take(std::vector<Change> changes);

    Client& client_;
    Random& chance_;
    Place place_;
    Selector selector_;
    Config config_;
    Backoff backoff_;
    KnownObjects known_;
    std::deque<Change> changes_; // not told yet
    std::string version_;        // up to which all is known; empty: nothing is
    std::optional<WatchStream> stream_;
    bool complete_ = false;
    std::size_t beginning_ = 0; // how many of the changes are what was there
    bool was_there_ = false;
};

} // namespace forager::kubernetes
