// Tells of files that appear, change or settle: listens to the kernel, looks for itself, and hands each event over
// until it is accepted. One loop for all watches, owned by the composition root, on the strand; looks at the disk are
// made on the pool.
#pragma once

#include "io/file_events.hpp"
#include "io/nap.hpp"
#include "sources/watch/watch.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace forager {

class WatchedFiles;

class WatchSource {
public:
    WatchSource(boost::asio::any_io_executor executor, WatchParts parts, WatchConfig config = {});
    ~WatchSource();

    /// Replaces all watches, or none when one is refused. One that is the same as before goes on from where it was.
    /// Failures: bad_arguments (a pattern that cannot be watched, a name that stands twice).
    Result<void> set(std::vector<Watch> watches);

    /// Never returns. Ends with `operation_aborted` when it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    std::vector<WatchStatus> list() const;

private:
    using Shared = std::shared_ptr<WatchedFiles>;

    void open_events();
    void take_events();
    void drop_folders();
    TimePoint next_look() const;

    boost::asio::any_io_executor executor_;
    WatchParts parts_;
    WatchConfig config_;
    Nap nap_;
    std::unique_ptr<FileEvents> events_; // none where the machine has no more: then only looks help
    std::string no_events_;              // why
    bool heard_ = false;                 // the kernel has something to take
    bool folders_changed_ = false;
    std::vector<Shared> watches_; // a look that waits keeps its own while the list is replaced
};

} // namespace forager
