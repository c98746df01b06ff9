#include "primitives/replicas/local_watch.hpp"

#include "io/system_failure.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace forager::replicas {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using reconcile::Key;

namespace {

// What happens to one replica comes in several pieces.
constexpr Duration one_thing = std::chrono::milliseconds{5};

std::optional<std::vector<Sight>> look(const std::string& folder, const std::string& boot)
{
    std::error_code unread;
    if (!std::filesystem::is_directory(folder, unread))
        return {};
    return look_into(folder, boot);
}

} // namespace

ReplicaWatch::ReplicaWatch(Parts parts, std::function<void(const Key& key)> changed)
    : parts_{std::move(parts)},
      changed_{std::move(changed)},
      nap_{parts_.executor, parts_.clock},
      self_{std::make_shared<ReplicaWatch*>(this)}
{
}

asio::awaitable<Failure> ReplicaWatch::run()
{
    if (!make_folder_of_all(parts_.folder))
        co_return system_failure("cannot make the folder of local replicas '" + parts_.folder + "'", errno);
    auto events = FileEvents::open(parts_.executor, [this] {
        has_news_ = true;
        nap_.wake();
    });
    if (!events)
        co_return events.error();
    events_ = std::move(*events);
    if (const auto watched = events_->watch(parts_.folder); !watched)
        co_return watched.error();
    for (const std::string& name : folders_in(parts_.folder))
        stale_.insert(name);
    changed_({});
    for (;;) {
        if (!take_news())
            co_return Failure{Errc::refused, "the folder of local replicas was taken away"};
        while (!stale_.empty()) {
            auto failure = co_await look_at_stale();
            if (failure)
                co_return std::move(*failure);
        }
        co_await nap_.until(TimePoint::max());
        co_await sleep_for(parts_.clock, one_thing);
    }
}

bool ReplicaWatch::take_news()
{
    if (!std::exchange(has_news_, false)) // it was a keeper's end
        return true;
    const FileEvents::News news = events_->take();
    for (const FileChange& change : news.changes) {
        if (change.folder == parts_.folder && change.name.empty() && change.gone)
            return false;
        const bool is_below = change.folder.size() > parts_.folder.size();
        const std::string below = is_below ? change.folder.substr(parts_.folder.size() + 1) : change.name;
        const std::string name = below.substr(0, below.find('/'));
        if (!name.empty() && !name.starts_with('.'))
            stale_.insert(name);
    }
    if (!news.lost)
        return true;
    for (const std::string& name : folders_in(parts_.folder))
        stale_.insert(name);
    for (const auto& [name, replicas] : known_)
        stale_.insert(name);
    return true;
}

// Watched before it is looked at: what happens after the look is heard.
asio::awaitable<std::optional<Failure>> ReplicaWatch::look_at_stale()
{
    const std::set<std::string> names = std::exchange(stale_, {});
    for (const std::string& name : names)
        if (auto failure = watch_folder(at(name), {}))
            co_return failure;
    auto looking = [this, &names] {
        Seen seen;
        for (const std::string& name : names)
            seen.emplace(name, look(at(name), parts_.boot));
        return seen;
    };
    const Seen seen = co_await parts_.pool.run(std::move(looking));
    tell(seen);
    std::optional<Failure> failure = watch_what_is_there(seen);
    forget_what_is_gone();
    co_return failure;
}

// One that is watched only now is looked at once more.
std::optional<Failure> ReplicaWatch::watch_folder(const std::string& path, const std::string& of_key)
{
    const Result<bool> is_new = events_->watch(path);
    if (is_new.has_error())
        return is_new.error().code == Errc::limit ? std::optional{is_new.error()} : std::nullopt; // else it is gone
    if (*is_new && !of_key.empty())
        stale_.insert(of_key);
    return {};
}

std::optional<Failure> ReplicaWatch::watch_what_is_there(const Seen& seen)
{
    for (const auto& [of_key, sights] : seen)
        for (const Sight& sight : sights.value_or(std::vector<Sight>{})) {
            if (auto failure = watch_folder(sight.path, of_key))
                return failure;
            if (auto failure = hold(sight, of_key))
                return failure;
        }
    return {};
}

std::optional<Failure> ReplicaWatch::hold(const Sight& sight, const std::string& of_key)
{
    if (!sight.is_kept) {
        held_.erase(sight.path);
        return {};
    }
    const auto known = held_.find(sight.path);
    if (known != held_.end() && known->second.process == sight.keeper->process)
        return {};
    held_.erase(sight.path);
    Descriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, sight.keeper->process, 0))};
    if (!pidfd && errno != ESRCH)
        return system_failure("cannot watch a local replica", errno);
    if (!pidfd || birth_of(sight.keeper->process) != sight.keeper->born) {
        stale_.insert(of_key); // it has ended since
        return {};
    }
    Held held{sight.keeper->process, stream_descriptor{parts_.executor, pidfd.release()}};
    held.pidfd.async_wait(stream_descriptor::wait_read,
                          [weak = std::weak_ptr{self_}, of_key](boost::system::error_code error) {
                              const auto self = weak.lock();
                              if (!self || error)
                                  return;
                              (*self)->stale_.insert(of_key);
                              (*self)->nap_.wake();
                          });
    held_.emplace(sight.path, std::move(held));
    return {};
}

void ReplicaWatch::forget_what_is_gone()
{
    std::set<std::string> there{parts_.folder};
    for (const auto& [of_key, replicas] : known_) {
        there.insert(at(of_key));
        for (const auto& [path, replica] : replicas)
            there.insert(path);
    }
    events_->keep_only(there);
    std::erase_if(held_, [&there](const auto& held) { return !there.contains(held.first); });
}

void ReplicaWatch::tell(const Seen& seen)
{
    std::set<Key> touched;
    for (const auto& [of_key, sights] : seen) {
        std::map<std::string, Known> now_there;
        for (const Sight& sight : sights.value_or(std::vector<Sight>{}))
            if (sight.labels)
                now_there.emplace(sight.path, Known{sight.labels->key, face_of(sight)});
        std::map<std::string, Known>& before = known_[of_key];
        for (const auto& [path, replica] : now_there)
            if (const auto known = before.find(path); known == before.end() || known->second.face != replica.face)
                touched.insert(replica.key);
        for (const auto& [path, replica] : before)
            if (!now_there.contains(path))
                touched.insert(replica.key);
        before = std::move(now_there);
        if (!sights) // an empty one stays watched: the first of its replicas may be about to come
            known_.erase(of_key);
    }
    for (const Key& key : touched)
        changed_(key);
}

} // namespace forager::replicas
