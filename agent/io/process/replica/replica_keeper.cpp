#include "io/process/replica/replica_keeper.hpp"

#include "base/text.hpp"
#include "io/process/kept/keeper_words.hpp"
#include "io/process/replica/health_watch.hpp"
#include "io/process/replica/replica_folder.hpp"
#include "io/process/replica/replica_plan.hpp"
#include "io/process/replica/rotating_log.hpp"
#include "io/process/scan.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;
constexpr std::size_t enough_words = 300; // to tell how it ended

// Of others' signals none is for it: it ends when its replica has ended, and whoever means both signals both.
void prepare_signals()
{
    for (const int number : {SIGPIPE, SIGXFSZ, SIGHUP, SIGINT, SIGQUIT, SIGTERM})
        std::signal(number, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL);
}

std::string all_of_stdin()
{
    std::string text;
    std::array<char, buffer_size> piece{};
    ssize_t count = 0;
    while ((count = ::read(STDIN_FILENO, piece.data(), piece.size())) != 0) {
        if (count > 0)
            text.append(piece.data(), static_cast<std::size_t>(count));
        else if (errno != EINTR)
            break;
    }
    return text;
}

// Not all that it may have, but so many: which ones, chance says, so that replicas are spread.
void use_processors(std::size_t wanted)
{
    cpu_set_t allowed;
    if (wanted == 0 || ::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    std::vector<std::size_t> there;
    for (std::size_t number = 0; number < CPU_SETSIZE; ++number)
        if (CPU_ISSET(number, &allowed))
            there.push_back(number);
    cpu_set_t chosen;
    CPU_ZERO(&chosen);
    for (std::size_t count = 0; count < std::min(wanted, there.size()); ++count)
        CPU_SET(there[(static_cast<std::size_t>(getpid()) + count) % there.size()], &chosen);
    (void)::sched_setaffinity(0, sizeof chosen, &chosen);
}

WallTime wall()
{
    return std::chrono::system_clock::now();
}

TimePoint now()
{
    return std::chrono::steady_clock::now();
}

class ReplicaKeeper {
public:
    explicit ReplicaKeeper(ReplicaPlan plan)
        : plan_{std::move(plan)}, tags_{getpid(), tags_of(0).value_or(TagPair{}).hard}, buffer_(buffer_size)
    {
    }

    int run()
    {
        take_over_streams();
        if (auto failure = begin()) {
            // Who asked for it may be gone: then the folder tells.
            ReplicaEnd end;
            end.trouble = failure->message;
            end.at = wall();
            (void)folder_.write_end(end);
            tell(KeptFailure{std::move(*failure)});
            return 1;
        }
        tell(KeptBegun{child_.process, {}});
        while (!ended_)
            turn();
        return 0;
    }

private:
    void take_over_streams()
    {
        who_asked_ = Descriptor{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
        const Descriptor nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
        for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            (void)::dup2(nothing.number(), number);
    }

    std::optional<Failure> begin()
    {
        const std::string program = plan_.launch.argv[0];
        // From now on it and what it starts are nobody's but its own: whoever ends what the agent left does not find
        // them, and who knows this process finds them all.
        const TagPair own = tags_.new_command({});
        const rlimit64 limit{own.soft, tags_of(0).value_or(own).hard}; // room for the tags of its children
        if (prlimit64(0, RLIMIT_LOCKS, &limit, nullptr) != 0)
            return system_failure("the keeper of '" + program + "' cannot mark itself", errno);
        if (!folder_.write_keeper({getpid(), birth_of(getpid()).value_or(0), plan_.boot}))
            return system_failure("the keeper of '" + program + "' cannot write to its folder", errno);
        // Whoever takes a folder away looks for a keeper in it afterwards, and this looks for the folder after it has
        // said that it is there: one of the two sees the other.
        if (!is_in_place())
            return Failure{Errc::cancelled, "'" + program + "' is not started: its folder was taken away"};
        use_processors(plan_.processors);
        return launch_replica(own);
    }

    bool is_in_place() const
    {
        struct stat here{};
        struct stat there{};
        return ::stat(".", &here) == 0 && ::stat(plan_.folder.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
               here.st_dev == there.st_dev;
    }

    std::optional<Failure> launch_replica(TagPair tags)
    {
        plan_.launch.tags = tags;
        auto launched = launch(plan_.launch);
        if (!launched)
            return launched.error();
        if (!*launched)
            return Failure{Errc::limit,
                           "'" + plan_.launch.argv[0] + "' cannot be started: too few descriptors are left"};
        child_ = std::move(**launched);
        log_.emplace(folder_.log());
        if (!folder_.write_begun({child_.process, birth_of(child_.process).value_or(0), wall()})) {
            const int error = errno;
            end_what_is_left();
            return system_failure("the keeper of '" + plan_.launch.argv[0] + "' cannot write to its folder", error);
        }
        if (plan_.health)
            health_.emplace(*plan_.health, plan_.launch, tags_, now());
        return {};
    }

    void tell(const KeeperWord& word)
    {
        (void)write_all(who_asked_.number(), packed(word));
        who_asked_ = {};
    }

    void turn()
    {
        std::array<pollfd, 4> asked{pollfd{child_.pidfd.number(), POLLIN, 0}, pollfd{child_.out.number(), POLLIN, 0},
                                    pollfd{health_ ? health_->ended() : -1, POLLIN, 0},
                                    pollfd{health_ ? health_->output() : -1, POLLIN, 0}};
        const int count = poll(asked.data(), asked.size(), until_due());
        if (count < 0)
            return;
        if (count == 0 && !can_be_found())
            end_unseen();
        if (asked[1].revents != 0)
            read(buffer_.size());
        if (health_)
            check_health();
        if (asked[0].revents != 0)
            collect();
    }

    // In milliseconds, of which poll wants whole ones.
    int until_due() const
    {
        constexpr std::chrono::milliseconds between_looks = std::chrono::seconds{30};
        const auto left =
            health_ ? std::chrono::ceil<std::chrono::milliseconds>(health_->due() - now()) : between_looks;
        return static_cast<int>(std::clamp(left, std::chrono::milliseconds{0}, between_looks).count());
    }

    static bool can_be_found()
    {
        struct stat here{};
        return ::stat(".", &here) == 0 && here.st_nlink > 0;
    }

    // Somebody has removed its folder by hand: of what nobody knows, nothing may be left.
    void end_unseen()
    {
        end_what_is_left();
        ended_ = true;
    }

    void check_health()
    {
        health_->turn(now());
        if (health_->health() != told_ && folder_.write_health(health_->health()))
            told_ = health_->health();
    }

    // How many bytes; 0: there are none now.
    std::size_t read(std::size_t most)
    {
        const ssize_t count = ::read(child_.out.number(), buffer_.data(), std::min(most, buffer_.size()));
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (count <= 0) {
            child_.out = {};
            return 0;
        }
        const std::string_view bytes{buffer_.data(), static_cast<std::size_t>(count)};
        log_->write(bytes);
        said_.append(bytes.substr(bytes.size() - std::min(bytes.size(), enough_words)));
        said_.erase(0, said_.size() - std::min(said_.size(), enough_words));
        return static_cast<std::size_t>(count);
    }

    // Others may hold the pipe and write for ever: only what is there at the end was its own.
    void read_rest()
    {
        int waiting = 0;
        if (!child_.out || ioctl(child_.out.number(), FIONREAD, &waiting) != 0)
            return;
        auto left = static_cast<std::size_t>(waiting);
        while (const std::size_t count = left > 0 && child_.out ? read(left) : 0)
            left -= count;
    }

    void collect()
    {
        ReplicaEnd end;
        if (waitpid(child_.process, &end.status, 0) != child_.process)
            return;
        end.at = wall();
        end_what_is_left();
        read_rest();
        end.said = last_line();
        (void)folder_.write_end(end);
        ended_ = true;
    }

    std::string last_line() const
    {
        const std::string_view said = trimmed(said_);
        const std::size_t before = said.rfind('\n');
        return printable(said.substr(before == said.npos ? 0 : before + 1));
    }

    // As in a container: when the first process has ended, all others are killed.
    static void end_what_is_left()
    {
        constexpr int enough_empty_walks = 2; // one may be born behind the walk's back
        constexpr int most_walks = 1000;
        constexpr timespec pause{0, 2'000'000};
        Hunt hunt{TagSource::of_agent(getpid())};
        hunt.kill = true;
        for (int walks = 0, empty = 0; walks < most_walks && empty < enough_empty_walks; ++walks) {
            walk_processes({&hunt});
            empty = hunt.living == 0 ? empty + 1 : 0;
            if (empty == 0)
                (void)::nanosleep(&pause, nullptr);
        }
    }

    ReplicaPlan plan_;
    TagSource tags_;
    ReplicaFolder folder_{"."};
    Descriptor who_asked_;
    Launched child_;
    std::optional<RotatingLog> log_;
    std::optional<HealthWatch> health_;
    ReplicaHealth told_;
    std::string said_; // the end of what it has written
    std::vector<char> buffer_;
    bool ended_ = false;
};

} // namespace

bool is_replica_keeper(int argc, char** argv)
{
    return argc == 3 && std::strcmp(argv[1], replica_keeper_mode) == 0;
}

int run_replica_keeper()
{
    prctl(PR_SET_NAME, "forager-replica"); // for who looks at the machine's processes
    prepare_signals();
    auto plan = unpacked_replica_plan(all_of_stdin());
    if (!plan)
        return 1; // who wanted it is gone
    ReplicaKeeper keeper{std::move(*plan)};
    return keeper.run();
}

} // namespace forager
