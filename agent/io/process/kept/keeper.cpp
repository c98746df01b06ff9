#include "io/process/kept/keeper.hpp"

#include "io/process/kept/keeper_audience.hpp"
#include "io/process/kept/keeper_plan.hpp"
#include "io/process/kept/keeper_words.hpp"
#include "io/process/kept/kept_folder.hpp"
#include "io/process/launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

namespace forager {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;
constexpr int between_looks = 60'000; // ms, whether anybody can still come for the result

volatile std::sig_atomic_t asked_to_end = 0;

void note_the_wish(int)
{
    asked_to_end = 1;
}

// The command hears SIGTERM, too: it may still speak, so its keeper stays until it is gone.
void prepare_signals()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    struct sigaction action{};
    action.sa_handler = note_the_wish;
    action.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &action, nullptr);
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

// From now on it and what it starts are nobody's but its own: whoever ends what the agent left does not find them.
bool take_own_tags(TagPair& tags)
{
    const auto inherited = tags_of(0);
    if (!inherited)
        return false;
    tags = TagSource{getpid(), inherited->hard}.new_command({});
    const rlimit64 limit{tags.soft, tags.hard};
    return prlimit64(0, RLIMIT_LOCKS, &limit, nullptr) == 0;
}

struct Output {
    Stream stream;
    Descriptor pipe;
    Capture kept;
};

class Keeper {
public:
    explicit Keeper(KeeperPlan plan)
        : plan_{std::move(plan)},
          out_{Stream::out, {}, Capture{plan_.limit}},
          err_{Stream::err, {}, Capture{plan_.limit}},
          buffer_(buffer_size)
    {
    }

    int run()
    {
        take_over_stdout();
        if (auto failure = begin())
            end_with(KeptFailure{std::move(*failure)});
        while (!over())
            turn();
        return 0;
    }

private:
    using Clock = std::chrono::steady_clock;

    void take_over_stdout()
    {
        Descriptor agent{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
        (void)::fcntl(agent.number(), F_SETFL, O_NONBLOCK);
        audience_.seat(std::move(agent));
        const Descriptor nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
        (void)::dup2(nothing.number(), STDIN_FILENO);
        (void)::dup2(nothing.number(), STDOUT_FILENO);
    }

    std::optional<Failure> begin()
    {
        Descriptor listener = folder_.listen();
        if (!listener)
            return system_failure("the keeper of '" + plan_.launch.argv[0] + "' cannot listen", errno);
        audience_.open(std::move(listener));
        // In this order: between the two, a dead agent's keeper is ended with all that the agent left.
        if (!folder_.write_keeper({getpid(), birth_of(getpid()).value_or(0), plan_.boot}))
            return system_failure("the keeper of '" + plan_.launch.argv[0] + "' cannot write to its folder", errno);
        if (!take_own_tags(plan_.launch.tags))
            return system_failure("the keeper of '" + plan_.launch.argv[0] + "' cannot mark itself", errno);
        return launch_command();
    }

    std::optional<Failure> launch_command()
    {
        begun_ = Clock::now();
        auto launched = launch(plan_.launch);
        if (!launched)
            return launched.error();
        if (!*launched)
            return Failure{Errc::limit,
                           "'" + plan_.launch.argv[0] + "' cannot be started: too few descriptors are left"};
        child_ = std::move(**launched);
        out_.pipe = std::move(child_.out);
        err_.pipe = std::move(child_.err);
        rest_ = plan_.input;
        tell(KeptBegun{child_.process, {}});
        return {};
    }

    // Who listens slowly holds up the command, as a pipe would.
    void turn()
    {
        const bool reads = !audience_.is_behind();
        const short wants = reads ? 0 : POLLOUT;
        std::array<pollfd, 6> asked{pollfd{ended_ ? -1 : child_.pidfd.number(), POLLIN, 0},
                                    pollfd{reads ? out_.pipe.number() : -1, POLLIN, 0},
                                    pollfd{reads ? err_.pipe.number() : -1, POLLIN, 0},
                                    pollfd{child_.input.number(), POLLOUT, 0},
                                    pollfd{audience_.door(), POLLIN, 0},
                                    pollfd{audience_.client(), wants, 0}};
        if (poll(asked.data(), asked.size(), ended_ ? between_looks : -1) <= 0)
            return;
        if (asked[5].revents != 0)
            speak((asked[5].revents & (POLLERR | POLLHUP)) != 0);
        if (asked[4].revents != 0)
            audience_.let_in(story() + last_);
        if (asked[3].revents != 0)
            feed();
        if (asked[1].revents != 0)
            read(out_, buffer_.size());
        if (asked[2].revents != 0)
            read(err_, buffer_.size());
        if (asked[0].revents != 0)
            collect();
    }

    void feed()
    {
        const ssize_t count = ::write(child_.input.number(), rest_.data(), rest_.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        rest_.remove_prefix(count < 0 ? rest_.size() : static_cast<std::size_t>(count));
        if (rest_.empty())
            child_.input = {};
    }

    // How many bytes; 0: there are none now.
    std::size_t read(Output& output, std::size_t most)
    {
        const ssize_t count = ::read(output.pipe.number(), buffer_.data(), std::min(most, buffer_.size()));
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (count <= 0) {
            output.pipe = {};
            return 0;
        }
        const std::string bytes{buffer_.data(), static_cast<std::size_t>(count)};
        output.kept.add(bytes);
        tell(KeptBytes{output.stream, bytes});
        return bytes.size();
    }

    // Others may hold the pipe and write for ever: only what is there at the command's end was its own.
    void read_rest(Output& output)
    {
        int waiting = 0;
        if (!output.pipe || ioctl(output.pipe.number(), FIONREAD, &waiting) != 0)
            return;
        auto left = static_cast<std::size_t>(waiting);
        while (const std::size_t count = left > 0 ? read(output, left) : 0)
            left -= count;
        output.pipe = {};
    }

    void collect()
    {
        KeptEnd end;
        if (waitpid(child_.process, &end.status, 0) != child_.process)
            return;
        end.elapsed = Clock::now() - begun_;
        child_.input = {};
        read_rest(out_);
        read_rest(err_);
        end_with(end);
    }

    // A command that was ended together with its keeper has no result: it is to be done again.
    void end_with(KeeperWord word)
    {
        last_ = packed(word);
        ended_ = true;
        kept_ = asked_to_end == 0 && folder_.write_result(story() + last_);
        audience_.tell(last_);
    }

    // All that was to be heard until now.
    std::string story()
    {
        if (child_.process < 0)
            return {};
        return packed(KeptBegun{child_.process, Clock::now() - begun_}) +
               packed(KeptSoFar{Stream::out, out_.kept.state()}) + packed(KeptSoFar{Stream::err, err_.kept.state()});
    }

    void tell(const KeeperWord& word) { audience_.tell(packed(word)); }

    void speak(bool gone)
    {
        const bool all_taken = audience_.speak(gone);
        heard_ = heard_ || (ended_ && all_taken);
    }

    // Of a folder that was removed, nobody knows any more.
    static bool can_be_found()
    {
        struct stat folder{};
        return ::stat(".", &folder) == 0 && folder.st_nlink > 0;
    }

    // What could not be written is kept here until somebody asks for it.
    bool over() const
    {
        const bool wanted = !kept_ && !heard_ && asked_to_end == 0 && audience_.is_possible() && can_be_found();
        return ended_ && !audience_.is_behind() && !wanted;
    }

    KeeperPlan plan_;
    KeptFolder folder_{"."};
    Launched child_;
    Output out_;
    Output err_;
    std::string_view rest_; // of the input
    KeeperAudience audience_;
    std::string last_; // the word of the end
    std::vector<char> buffer_;
    Clock::time_point begun_;
    bool ended_ = false;
    bool kept_ = false;  // the result is written
    bool heard_ = false; // somebody has it
};

} // namespace

bool is_keeper(int argc, char** argv)
{
    return argc == 2 && std::strcmp(argv[1], keeper_mode) == 0;
}

int run_keeper()
{
    prctl(PR_SET_NAME, "forager-keeper"); // for who looks at the machine's processes
    prepare_signals();
    auto plan = unpacked_plan(all_of_stdin());
    if (!plan)
        return 1; // who wanted it is gone
    Keeper keeper{std::move(*plan)};
    return keeper.run();
}

} // namespace forager
