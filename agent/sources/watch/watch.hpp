// The words of the watch source: what is watched, what is told, and what it works with.
#pragma once

#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/handled_files.hpp"
#include "sources/watch/file_ledger.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace forager {

struct Watch {
    std::string name;    ///< nobody else's; what its handled files are remembered under
    std::string pattern; ///< as `FilePattern` reads it
    WatchKind kind = WatchKind::settled;
    Duration settle = std::chrono::seconds{1}; ///< how long a file must be left unchanged to be settled

    bool operator==(const Watch&) const = default;
};

struct WatchEvent {
    std::string watch; ///< its name
    std::string path;
    WatchKind kind = WatchKind::settled;
    std::string key; ///< the same for the same state of the same file: for a queue that must not take it twice
};

struct WatchConfig {
    std::size_t most_waiting = 10'000; ///< files of one watch that wait; the others are looked for when there is room
    std::size_t most_files = 100'000;  ///< files of one watch that are known, handled ones among them
    Duration rescan = std::chrono::minutes{1};         ///< between two looks at everything, whatever the kernel tells
    Duration gather = std::chrono::milliseconds{20};   ///< a burst of changes is taken as one
    Duration shortest_pause = std::chrono::seconds{1}; ///< after a refusal, drawn from 0 to this, then longer
    Duration longest_pause = std::chrono::seconds{60};
};

struct WatchParts {
    /// Success means that the event is safe: it is not told again, not even after a restart. On a failure it is tried
    /// again later, unless the failure says that this is pointless.
    using Deliver = std::function<boost::asio::awaitable<Result<void>>(WatchEvent event)>;

    /// Hears what an operator should, a sentence each.
    using Tell = std::function<void(const std::string& message)>;

    Clock& clock;
    Random& random;
    BlockingPool& pool;
    HandledFiles& memory;
    Deliver deliver;
    Tell tell;
};

struct WatchStatus {
    std::string name;
    std::string pattern;
    std::size_t folders = 0; ///< that it listens in
    std::size_t waiting = 0;
    std::size_t files = 0;             ///< that it knows, handled ones among them
    std::vector<std::string> troubles; ///< what is in its way at present
};

} // namespace forager
