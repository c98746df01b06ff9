// Tells of files that appear, change or settle: listens to the kernel, looks for itself, and hands each event over
// until it is accepted. One loop for all watches, owned by the composition root, on the strand; looks at the disk are
// made on the pool.
#pragma once

#include "io/file_events.hpp"
#include "io/nap.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/handled_files.hpp"
#include "sources/watch/file_ledger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <set>
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
    WatchKind kind;
    std::string key; ///< the same for the same state of the same file: for a queue that must not take it twice
};

struct Survey;

class WatchSource {
public:
    struct Config {
        std::size_t most_waiting =
            10'000; ///< files of one watch that wait; more are looked for again when there is room
        std::size_t most_files = 100'000;                ///< files of one watch that are known, handled ones among them
        Duration rescan = std::chrono::minutes{1};       ///< between two looks at everything, whatever the kernel tells
        Duration gather = std::chrono::milliseconds{20}; ///< a burst of changes is taken as one
        Duration shortest_pause = std::chrono::seconds{1}; ///< after a refusal, drawn from 0 to this, then longer
        Duration longest_pause = std::chrono::seconds{60};
    };

    /// Success means that the event is safe: it is not told again, not even after a restart. On a failure it is tried
    /// again later, unless the failure says that this is pointless.
    using Deliver = std::function<boost::asio::awaitable<Result<void>>(WatchEvent event)>;

    /// Hears what an operator should, a sentence each.
    using Tell = std::function<void(const std::string& message)>;

    struct Parts {
        Clock& clock;
        Random& random;
        BlockingPool& pool;
        HandledFiles& memory;
        Deliver deliver;
        Tell tell;
    };

    WatchSource(boost::asio::any_io_executor executor, Parts parts, Config config);
    ~WatchSource();

    /// Replaces all watches, or none when one is refused. One that is the same as before goes on from where it was.
    /// Failures: bad_arguments (a pattern that cannot be watched, a name that stands twice).
    Result<void> set(std::vector<Watch> watches);

    /// Never returns. Ends with `operation_aborted` when it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    struct Status {
        std::string name;
        std::string pattern;
        std::size_t folders = 0; ///< that it listens in
        std::size_t waiting = 0;
        std::size_t files = 0;             ///< that it knows, handled ones among them
        std::vector<std::string> troubles; ///< what is in its way at present
    };
    std::vector<Status> list() const;

private:
    struct Entry;
    using Shared = std::shared_ptr<Entry>;

    void open_events();
    void take_events();
    void take_change(Entry& entry, const FileChange& change) const;
    void drop_folders();
    TimePoint next_look() const;

    boost::asio::awaitable<void> serve(Shared entry);
    boost::asio::awaitable<bool> restore(Shared entry);
    boost::asio::awaitable<void> scan(Shared entry);
    boost::asio::awaitable<void> look(Shared entry, std::vector<std::string> paths, bool touched);
    boost::asio::awaitable<void> deliver_ready(Shared entry);
    boost::asio::awaitable<bool> deliver(Shared entry, std::string path, FileMark mark);
    boost::asio::awaitable<void> see(Shared entry, std::string path, FileMark mark, bool touched);
    boost::asio::awaitable<void> see_gone(Shared entry, std::string path);
    boost::asio::awaitable<void> remember(Shared entry, std::string path, FileMark mark);
    bool listen(Survey& found);
    void tell(const Entry& entry, const std::string& message) const;
    void tell_troubles(Entry& entry, std::vector<std::string> troubles) const;
    void pause(Entry& entry, const std::string& message);
    void recovered(Entry& entry) const;
    TimePoint next_look_at(const Entry& entry) const;

    boost::asio::any_io_executor executor_;
    Parts parts_;
    Config config_;
    Nap nap_;
    std::unique_ptr<FileEvents> events_; // none where the machine has no more: then only looks help
    std::string no_events_;              // why
    bool heard_ = false;                 // the kernel has something to take
    bool folders_changed_ = false;
    std::vector<Shared> entries_; // a look that waits keeps its own while the list is replaced
};

} // namespace forager
