// What the kernel tells of changes in folders: a thin shell around inotify, for the watch source. Changes are hints to
// look again, not facts: some may be lost, and then it says so. Lives on the strand.
#pragma once

#include "core/failure.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

struct FileChange {
    std::string folder; ///< as it was given to `watch`
    std::string name;   ///< of what changed in it; empty: the folder itself is gone or has moved
    bool gone = false;  ///< removed or moved away
};

class FileEvents {
public:
    /// `ready` is called when there is something to take, and not again before it was taken. Failures: limit.
    static Result<std::unique_ptr<FileEvents>> open(const boost::asio::any_io_executor& executor,
                                                    std::function<void()> ready);
    FileEvents(const FileEvents&) = delete;
    FileEvents& operator=(const FileEvents&) = delete;
    ~FileEvents() = default;

    /// True when the folder was not watched before, or another folder has taken its place since. Failures: not_found,
    /// refused, limit.
    Result<bool> watch(const std::string& folder);

    /// Watches no other folders from here on.
    void keep_only(const std::set<std::string>& folders);

    struct News {
        std::vector<FileChange> changes;
        bool lost = false; ///< there were more than the kernel keeps: look at everything
    };

    /// Does not wait.
    News take();

private:
    FileEvents(const boost::asio::any_io_executor& executor, int descriptor, std::function<void()> ready);

    void wait();
    void read_into(News& news, std::string_view bytes);
    void add(News& news, int watch, std::string_view name, bool gone);
    void detach(const std::string& folder);

    boost::asio::posix::stream_descriptor inotify_;
    std::function<void()> ready_;
    std::map<std::string, int> watches_;           // by folder
    std::map<int, std::set<std::string>> folders_; // two paths may lead to one folder
    std::shared_ptr<FileEvents*> self_;            // a wait that has ended may be in the loop's queue when this goes
};

} // namespace forager
