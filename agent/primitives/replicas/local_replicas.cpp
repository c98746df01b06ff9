#include "primitives/replicas/local_replicas.hpp"

#include "base/ids.hpp"
#include "io/process/kept/keeper_words.hpp"
#include "io/process/replica/replica_keeper.hpp"
#include "io/process/scan.hpp"
#include "ports/apart.hpp"
#include "ports/within.hpp"
#include "primitives/replicas/local_plan.hpp"
#include "primitives/replicas/local_watch.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace forager::replicas {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using reconcile::Deployment;
using reconcile::Instance;
using reconcile::Key;

namespace {

constexpr Duration patience = std::chrono::seconds{30}; // with a keeper, which takes milliseconds
constexpr std::size_t longest_name = 200;
constexpr std::size_t most_of_log = std::size_t{1024} * 1024;

constexpr std::string_view being_made = ".new-";
constexpr std::string_view being_removed = ".gone-";

bool can_be_a_name(const std::string& name)
{
    return !name.empty() && name.size() <= longest_name && !name.starts_with('.') &&
           name.find_first_of(std::string_view{"/\0", 2}) == name.npos;
}

// Folders with the name of who makes or removes them. Gone with the start of the machine they are nobody's.
struct Half {
    std::string path;
    ProcessIdentity whose;
};

std::optional<ProcessIdentity> whose_half(const std::string& name, const std::string& boot)
{
    for (const std::string_view prefix : {being_made, being_removed}) {
        if (!name.starts_with(prefix))
            continue;
        std::istringstream numbers{name.substr(prefix.size())};
        ProcessIdentity whose{-1, 0, boot};
        char dash = '\0';
        if (numbers >> whose.process >> dash >> whose.born)
            return whose;
    }
    return {};
}

std::vector<Half> halves_in(const std::string& folder, const std::string& boot)
{
    std::vector<Half> all;
    std::error_code unread;
    std::filesystem::directory_iterator entry{folder, unread};
    for (; !unread && entry != std::filesystem::directory_iterator{}; entry.increment(unread))
        if (auto whose = whose_half(entry->path().filename(), boot))
            all.push_back({entry->path(), std::move(*whose)});
    return all;
}

std::set<Key> keys_in(const std::string& folder, const std::string& origin)
{
    std::set<Key> keys;
    for (const std::string& of_key : folders_in(folder))
        for (const std::string& name : folders_in(folder + "/" + of_key)) {
            const auto labels = ReplicaFolder{folder + "/" + of_key + "/" + name}.labels();
            if (labels && labels->key.origin == origin)
                keys.insert(labels->key);
        }
    return keys;
}

Failure name_taken(const std::string& name)
{
    return {Errc::refused, "a replica '" + name + "' is there already"};
}

void remove_tree(const std::string& folder)
{
    std::error_code ignored; // it is tried again by whoever comes next
    std::filesystem::remove_all(folder, ignored);
}

// It stands at its place with all that it needs, or not at all.
Result<void> put_in_place(const std::string& half, const ReplicaFolder& folder, const std::string& name)
{
    constexpr int most_tries = 5; // somebody may remove the folder above, which is empty, again and again
    const std::string above = std::filesystem::path{folder.path()}.parent_path();
    int error = ENOENT;
    for (int tries = 0; tries < most_tries && error == ENOENT; ++tries) {
        (void)::mkdir(above.c_str(), S_IRWXU);
        error = ::rename(half.c_str(), folder.path().c_str()) == 0 ? 0 : errno;
    }
    if (error == 0)
        return {};
    if (error == EEXIST || error == ENOTEMPTY)
        return name_taken(name);
    return system_failure("cannot make the folder of the replica '" + name + "'", error);
}

Result<void> make(const ReplicaLabels& labels, const ReplicaFolder& folder, const std::string& half)
{
    const std::string all = std::filesystem::path{half}.parent_path();
    if (!make_folder_of_all(all))
        return system_failure("cannot make the folder of local replicas '" + all + "'", errno);
    Result<void> made = ReplicaFolder{half}.make(labels);
    if (made)
        made = put_in_place(half, folder, labels.name);
    if (!made)
        remove_tree(half);
    return made;
}

Failure not_ended(const std::string& name)
{
    return {Errc::refused, "the replica '" + name +
                               "' could not be ended: some of its processes are another user's, or held by the kernel"};
}

// The whole of it at once: the keeper reads until the end before it does anything.
bool hand_over(Descriptor input, const std::string& text)
{
    return ::fcntl(input.number(), F_SETFL, 0) == 0 && write_all(input.number(), text);
}

Descriptor held(const ProcessIdentity& process, const std::string& boot)
{
    Descriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, process.process, 0))};
    return lives(process, boot) ? std::move(pidfd) : Descriptor{}; // asked while it is held
}

asio::awaitable<void> ended(stream_descriptor& pidfd)
{
    co_await pidfd.async_wait(stream_descriptor::wait_read, asio::use_awaitable);
}

// What it says first: that it has begun, or why not.
asio::awaitable<Result<void>> first_word(stream_descriptor& from)
{
    KeeperWords words;
    std::array<char, 4096> piece{};
    for (;;) {
        co_await from.async_wait(stream_descriptor::wait_read, asio::use_awaitable);
        const ssize_t count = ::read(from.native_handle(), piece.data(), piece.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (count <= 0)
            co_return Failure{Errc::refused, "its keeper has ended before it began"};
        words.add({piece.data(), static_cast<std::size_t>(count)});
        const auto word = words.next();
        if (!word)
            continue;
        if (const auto* failed = std::get_if<KeptFailure>(&*word))
            co_return failed->failure;
        co_return Result<void>{};
    }
}

} // namespace

// A folder that this process works at, which is no debris as long.
class LocalReplicas::InProgress {
public:
    InProgress(std::set<std::string>& all, std::string path) : all_{all}, path_{std::move(path)} { all_.insert(path_); }
    InProgress(const InProgress&) = delete;
    InProgress& operator=(const InProgress&) = delete;
    ~InProgress() { all_.erase(path_); }

private:
    std::set<std::string>& all_;
    std::string path_;
};

LocalReplicas::LocalReplicas(Parts parts)
    : parts_{std::move(parts)},
      boot_{parts_.clock.boot()},
      self_{this_process(boot_)},
      reaper_{parts_.executor, parts_.pool, parts_.clock}
{
    std::error_code unknown; // then it is used as it is
    if (auto path = std::filesystem::absolute(parts_.folder, unknown); !unknown)
        parts_.folder = path.lexically_normal();
    std::signal(SIGPIPE, SIG_IGN); // a keeper may die before it has heard all
}

Result<void> LocalReplicas::check(const Deployment& wanted) const
{
    return check_local(wanted.replica);
}

asio::awaitable<Result<std::vector<Instance>>> LocalReplicas::list(Key key)
{
    collect();
    auto looking = [folder = place_of(key), boot = boot_] { return look_into(folder, boot); };
    const std::vector<Sight> sights = co_await parts_.pool.run(std::move(looking));
    std::vector<Instance> instances;
    for (const Sight& sight : sights) {
        if (is_debris(sight))
            co_await apart(parts_.executor, sweep(sight.path));
        else if (sight.labels && sight.labels->key == key)
            instances.push_back(instance_of(sight, boot_));
    }
    co_return instances;
}

asio::awaitable<Result<void>> LocalReplicas::start(Deployment wanted, NewReplica replica)
{
    return apart(parts_.executor, started(std::move(wanted), std::move(replica)));
}

asio::awaitable<Result<void>> LocalReplicas::started(Deployment wanted, NewReplica replica)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    collect();
    if (!can_be_a_name(replica.name))
        co_return Failure{Errc::bad_arguments, "'" + replica.name + "' cannot be the name of a replica"};
    const ReplicaFolder folder{place_of(wanted.key) + "/" + replica.name};
    auto plan = plan_for(wanted, replica, parts_.environment(), folder, parts_.open_files);
    if (!plan)
        co_return plan.error();
    auto looking = [path = folder.path(), boot = boot_] { return look_at(path, boot); };
    const Sight there = co_await parts_.pool.run(std::move(looking));
    const bool has_ended = there.end || (there.keeper && !there.is_kept);
    const bool is_whole = there.labels && !has_ended && !is_debris(there);
    if (is_whole || in_progress_.contains(folder.path()))
        co_return name_taken(replica.name);

    const InProgress mine{in_progress_, folder.path()};
    Result<void> done = co_await remove(folder.path(), Duration{});
    if (!done)
        co_return done;
    ReplicaLabels labels;
    labels.key = wanted.key;
    labels.name = replica.name;
    labels.document = wanted.id;
    labels.print = print_of(wanted.replica);
    labels.generation = wanted.generation;
    labels.executor = replica.executor;
    labels.program = plan->launch.argv.front();
    labels.has_health = plan->health.has_value();
    labels.created = parts_.clock.wall();
    labels.maker = self_;
    plan->boot = boot_;
    done = co_await launched(std::move(*plan), std::move(labels));
    if (!done)
        (void)co_await remove(folder.path(), Duration{});
    co_return done;
}

asio::awaitable<Result<void>> LocalReplicas::launched(ReplicaPlan plan, ReplicaLabels labels)
{
    const std::string half = parts_.folder + "/" + half_name(being_made);
    const InProgress mine{in_progress_, half};
    auto making = [&] { return make(labels, ReplicaFolder{plan.folder}, half); };
    Result<void> made = co_await parts_.pool.run(std::move(making));
    if (!made)
        co_return made;
    auto birth = [&] { return keeper_born(plan, labels.name); };
    auto born = co_await parts_.pool.run(std::move(birth));
    if (!born)
        co_return born.error();
    keepers_.push_back(born->process);
    Result<void> begun = co_await answer(std::move(born->out));
    co_return begun;
}

asio::awaitable<Result<void>> LocalReplicas::answer(Descriptor words)
{
    stream_descriptor from{parts_.executor, words.release()};
    const std::optional<TimePoint> deadline = parts_.clock.now() + patience;
    Result<void> begun = co_await within(parts_.clock, deadline, first_word(from), "its keeper does not answer");
    co_return begun;
}

// On the pool. The same program in another mode: also while a newer one is being installed in its place. Its tags are
// those of this process, as nobody's who ends what an agent has left; it takes its own.
Result<Launched> LocalReplicas::keeper_born(const ReplicaPlan& plan, const std::string& name) const
{
    LaunchPlan keeper;
    keeper.argv = {"/proc/self/exe", replica_keeper_mode, name};
    keeper.environment = parts_.environment();
    keeper.cwd = plan.folder;
    keeper.open_files = parts_.open_files;
    keeper.tags = tags_of(0).value_or(TagPair{});
    keeper.input = true;
    auto born = launch(keeper);
    if (!born)
        return born.error();
    if (!*born)
        return Failure{Errc::limit, "'" + name + "' cannot be started: too few descriptors are left"};
    (void)hand_over(std::move((*born)->input), packed(plan)); // one that does not hear all of it ends
    return std::move(**born);
}

asio::awaitable<Result<void>> LocalReplicas::stop(Deployment wanted, Instance instance)
{
    std::string path = place_of(wanted.key) + "/" + instance.name;
    return apart(parts_.executor, stopped(std::move(path), std::move(instance), wanted.grace));
}

asio::awaitable<Result<void>> LocalReplicas::stopped(std::string path, Instance instance, Duration grace)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    collect();
    if (!can_be_a_name(instance.name))
        co_return Result<void>{};
    auto looking = [path, boot = boot_] { return look_at(path, boot); };
    const Sight there = co_await parts_.pool.run(std::move(looking));
    const bool is_another =
        !instance.id.empty() && there.labels && there.begun && instance_of(there, boot_).id != instance.id;
    if (is_another)
        co_return Result<void>{};
    const bool has_ended = there.end.has_value();
    Result<void> removed = co_await remove(std::move(path), has_ended ? Duration{} : grace);
    collect();
    co_return removed;
}

// What is left of it, alive or not. Only the grace can be cut short by a cancellation: it stays as it is then.
asio::awaitable<Result<void>> LocalReplicas::remove(std::string path, Duration grace)
{
    const std::string name = std::filesystem::path{path}.filename();
    auto asking = [&path] { return ReplicaFolder{path}.keeper(); };
    const std::optional<ProcessIdentity> keeper = co_await parts_.pool.run(std::move(asking));
    bool is_over = true;
    if (keeper)
        is_over = co_await end(*keeper, grace);
    if (!is_over)
        co_return not_ended(name);

    const std::string gone = parts_.folder + "/" + half_name(being_removed);
    const InProgress mine{in_progress_, gone};
    auto taking_away = [&] { return ::rename(path.c_str(), gone.c_str()) == 0 ? 0 : errno; };
    const int error = co_await parts_.pool.run(std::move(taking_away));
    if (error == ENOENT)
        co_return Result<void>{};
    if (error != 0)
        co_return system_failure("cannot remove the folder of the replica '" + name + "'", error);
    Result<void> removed = co_await bury(gone);
    auto tidying = [above = std::filesystem::path{path}.parent_path().string()] { return ::rmdir(above.c_str()); };
    (void)co_await parts_.pool.run(std::move(tidying)); // only when it was the last one
    co_return removed;
}

// A keeper that came between: it has seen that its folder is away, or is seen now.
asio::awaitable<Result<void>> LocalReplicas::bury(std::string gone)
{
    auto asking = [&gone] { return ReplicaFolder{gone}.keeper(); };
    const std::optional<ProcessIdentity> keeper = co_await parts_.pool.run(std::move(asking));
    bool is_over = true;
    if (keeper)
        is_over = co_await end(*keeper, Duration{});
    if (!is_over)
        co_return not_ended(std::filesystem::path{gone}.filename());
    auto removing = [&gone] {
        remove_tree(gone);
        return true;
    };
    (void)co_await parts_.pool.run(std::move(removing));
    co_return Result<void>{};
}

// False: some of it may still be there.
asio::awaitable<bool> LocalReplicas::end(ProcessIdentity keeper, Duration grace)
{
    if (keeper.boot != boot_)
        co_return true;
    Descriptor pidfd = held(keeper, boot_);
    const TagPattern pattern = left_by(keeper);
    const bool is_kept = static_cast<bool>(pidfd);
    stream_descriptor keeper_end{parts_.executor};
    HeldProcess main;
    if (is_kept) {
        keeper_end.assign(pidfd.release());
        main = {keeper.process, keeper_end.native_handle()};
    }
    if (is_kept && grace > Duration{}) {
        Hunt asking{pattern, main};
        auto walking = [&asking] {
            walk_processes({&asking});
            return true;
        };
        co_await parts_.pool.run(std::move(walking));
        (void)co_await within(parts_.clock, parts_.clock.now() + grace, ended(keeper_end));
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const bool is_over = co_await reaper_.end(pattern, main);
    co_return is_over;
}

asio::awaitable<Result<std::vector<Key>>> LocalReplicas::keys(std::string origin)
{
    co_await apart(parts_.executor, sweep_halves());
    auto looking = [folder = parts_.folder, origin] { return keys_in(folder, origin); };
    const std::set<Key> keys = co_await parts_.pool.run(std::move(looking));
    co_return std::vector<Key>{keys.begin(), keys.end()};
}

asio::awaitable<bool> LocalReplicas::sweep(std::string path)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const Result<void> removed = co_await remove(std::move(path), Duration{});
    co_return removed.has_value();
}

// Of those who died while they made or removed one.
asio::awaitable<bool> LocalReplicas::sweep_halves()
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto looking = [this] { return halves_in(parts_.folder, boot_); };
    const std::vector<Half> halves = co_await parts_.pool.run(std::move(looking));
    for (const Half& half : halves) {
        const bool is_ours = half.whose.process == self_.process && half.whose.born == self_.born;
        const bool is_worked_at = is_ours ? in_progress_.contains(half.path) : lives(half.whose, boot_);
        if (!is_worked_at)
            (void)co_await bury(half.path);
    }
    co_return !halves.empty();
}

asio::awaitable<Failure> LocalReplicas::watch(std::function<void(const Key& key)> changed)
{
    co_await apart(parts_.executor, sweep_halves());
    ReplicaWatch watch{{parts_.folder, parts_.executor, parts_.pool, parts_.clock, boot_}, std::move(changed)};
    Failure failure = co_await watch.run();
    co_return failure;
}

asio::awaitable<Result<std::string>> LocalReplicas::log(Key key, std::string name, std::size_t lines)
{
    const ReplicaFolder folder{place_of(key) + "/" + name};
    auto reading = [&]() -> std::optional<std::string> {
        if (!can_be_a_name(name) || !folder.labels())
            return {};
        return folder.last_lines(lines, most_of_log);
    };
    std::optional<std::string> text = co_await parts_.pool.run(std::move(reading));
    if (!text)
        co_return Failure{Errc::not_found,
                          "there is no replica '" + name + "' of " + to_text(key) + " on this machine"};
    co_return std::move(*text);
}

// One that has no keeper yet, and nobody who could be about to give it one.
bool LocalReplicas::is_debris(const Sight& sight) const
{
    if (in_progress_.contains(sight.path))
        return false;
    if (!sight.labels)
        return true;
    const ProcessIdentity& maker = sight.labels->maker;
    const bool is_ours = maker.process == self_.process && maker.born == self_.born;
    return !sight.keeper && (is_ours || !lives(maker, boot_));
}

std::string LocalReplicas::half_name(std::string_view what)
{
    return std::string{what} + std::to_string(self_.process) + "-" + std::to_string(self_.born) + "-" +
           std::to_string(++halves_);
}

std::string LocalReplicas::place_of(const Key& key) const
{
    const std::string whose = key.origin + '\0' + key.space;
    return parts_.folder + "/" + derived_id(whose, key.kind + '\0' + key.name);
}

// Zombies until they are asked for.
void LocalReplicas::collect()
{
    std::erase_if(keepers_, [](pid_t keeper) { return ::waitpid(keeper, nullptr, WNOHANG) != 0; });
}

} // namespace forager::replicas
