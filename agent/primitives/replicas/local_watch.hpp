// Hears of replicas on this machine as they begin, end, come and go: of their folders by inotify, of their keepers by
// their process. What it hears only says where to look again. For one watcher, on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/key.hpp"
#include "io/file_events.hpp"
#include "io/nap.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "primitives/replicas/local_look.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager::replicas {

class ReplicaWatch {
public:
    /// All must outlive it.
    struct Parts {
        std::string folder; ///< of all replicas
        boost::asio::any_io_executor executor;
        BlockingPool& pool;
        Clock& clock;
        std::string boot;
    };

    ReplicaWatch(Parts parts, std::function<void(const reconcile::Key& key)> changed);
    ReplicaWatch(const ReplicaWatch&) = delete;
    ReplicaWatch& operator=(const ReplicaWatch&) = delete;
    ~ReplicaWatch() = default;

    /// As `ReplicaRuntime::watch`.
    boost::asio::awaitable<Failure> run();

private:
    struct Known {
        reconcile::Key key;
        std::string face;
    };
    struct Held {
        pid_t process = -1;
        boost::asio::posix::stream_descriptor pidfd;
    };
    using Seen = std::map<std::string, std::optional<std::vector<Sight>>>; // by the name of the folder of one key,
                                                                           // which may be gone

    bool take_news(); // false: there is no folder any more that could be watched
    boost::asio::awaitable<std::optional<Failure>> look_at_stale();
    std::optional<Failure> watch_folder(const std::string& path, const std::string& of_key);
    std::optional<Failure> watch_what_is_there(const Seen& seen);
    std::optional<Failure> hold(const Sight& sight, const std::string& of_key);
    void forget_what_is_gone();
    void tell(const Seen& seen);
    std::string at(const std::string& of_key) const { return parts_.folder + "/" + of_key; }

    Parts parts_;
    std::function<void(const reconcile::Key& key)> changed_;
    Nap nap_;
    std::unique_ptr<FileEvents> events_;
    bool has_news_ = false;
    std::set<std::string> stale_;                               // names of folders of keys
    std::map<std::string, std::map<std::string, Known>> known_; // by the name of the folder of one key; by path
    std::map<std::string, Held> held_;                          // by path
    std::shared_ptr<ReplicaWatch*> self_; // a wait that has ended may be in the loop's queue when this goes
};

} // namespace forager::replicas
