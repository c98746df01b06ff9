#include "io/process/launch.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

namespace forager {

namespace {

constexpr int first_above_children = 10; // our ends must not lie where the child's 0 to 3 come to lie
constexpr std::size_t stack_size = std::size_t{64} * 1024;

enum class Stage { folder, limits, descriptors, exec };

struct Limit {
    int resource = 0;
    rlimit64 value{};
};

// All that the child needs between vfork and exec, where it may neither allocate nor lock: it lives in our memory.
struct Birth {
    const char* program = nullptr;
    char* const* argv = nullptr;
    char* const* envp = nullptr;
    const char* cwd = nullptr;
    std::array<int, 4> descriptors{-1, -1, -1, -1};
    std::vector<Limit> limits;
    Stage stage = Stage::folder;
    volatile int error = 0; // written by the child, in the memory that it shares with us
};

[[noreturn]] void give_up(Birth& birth, Stage stage)
{
    birth.stage = stage;
    birth.error = errno;
    _exit(127);
}

void reset_signals()
{
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        sigaction(number, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_others(unsigned first)
{
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    // Before Linux 5.9, or under a filter that does not know the call.
    rlimit64 limit{};
    getrlimit64(RLIMIT_NOFILE, &limit);
    for (rlim64_t number = first; number < std::min<rlim64_t>(limit.rlim_cur, 1 << 16); ++number)
        close(static_cast<int>(number));
}

// Runs in the child, on a stack of its own, while the launching thread waits.
__attribute__((no_sanitize("address", "undefined"))) int be_born(void* argument)
{
    Birth& birth = *static_cast<Birth*>(argument);
    setsid();
    if (birth.cwd != nullptr && chdir(birth.cwd) != 0)
        give_up(birth, Stage::folder);
    int number = 0;
    for (; number < 4 && birth.descriptors[static_cast<std::size_t>(number)] >= 0; ++number)
        if (dup2(birth.descriptors[static_cast<std::size_t>(number)], number) < 0)
            give_up(birth, Stage::descriptors);
    close_others(static_cast<unsigned>(number));
    for (const Limit& limit : birth.limits)
        if (prlimit64(0, static_cast<__rlimit_resource>(limit.resource), &limit.value, nullptr) != 0)
            give_up(birth, Stage::limits);
    reset_signals();
    execve(birth.program, birth.argv, birth.envp);
    give_up(birth, Stage::exec);
}

// No signal may run a handler of ours in the child.
class SignalsBlocked {
public:
    SignalsBlocked()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

struct Pipe {
    Descriptor reading;
    Descriptor writing;
};

bool no_descriptors_left()
{
    return errno == EMFILE || errno == ENFILE;
}

Descriptor lifted(Descriptor descriptor)
{
    if (!descriptor || descriptor.number() >= first_above_children)
        return descriptor;
    return Descriptor{fcntl(descriptor.number(), F_DUPFD_CLOEXEC, first_above_children)};
}

std::optional<Pipe> make_pipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return {};
    Pipe pipe{lifted(Descriptor{ends[0]}), lifted(Descriptor{ends[1]})};
    if (!pipe.reading || !pipe.writing)
        return {};
    return pipe;
}

// Both ends of all pipes; the child's are closed on our side when this goes.
class Plumbing {
public:
    bool lay(const LaunchPlan& plan, Launched& launched)
    {
        return lay_input(plan.input, launched) && lay_output(1, launched.out) && lay_errors(plan.merge, launched) &&
               (!plan.report || lay_output(3, launched.report));
    }

    std::array<int, 4> numbers(bool merge) const
    {
        const int errors = merge ? theirs_[1].number() : theirs_[2].number();
        return {theirs_[0].number(), theirs_[1].number(), errors, theirs_[3].number()};
    }

private:
    bool lay_input(bool wanted, Launched& launched)
    {
        if (!wanted) {
            theirs_[0] = lifted(Descriptor{open("/dev/null", O_RDONLY | O_CLOEXEC)});
            return static_cast<bool>(theirs_[0]);
        }
        auto pipe = make_pipe();
        if (!pipe)
            return false;
        theirs_[0] = std::move(pipe->reading);
        return keep(std::move(pipe->writing), launched.input);
    }

    bool lay_output(std::size_t number, Descriptor& ours)
    {
        auto pipe = make_pipe();
        if (!pipe)
            return false;
        theirs_[number] = std::move(pipe->writing);
        return keep(std::move(pipe->reading), ours);
    }

    bool lay_errors(bool merge, Launched& launched) { return merge || lay_output(2, launched.err); }

    static bool keep(Descriptor descriptor, Descriptor& ours)
    {
        ours = std::move(descriptor);
        return fcntl(ours.number(), F_SETFL, O_NONBLOCK) == 0;
    }

    std::array<Descriptor, 4> theirs_;
};

// A limit that we may not raise is as good as the one asked for.
void add_limit(std::vector<Limit>& limits, int resource, std::optional<std::uint64_t> value, std::uint64_t slack = 0)
{
    if (!value)
        return;
    rlimit64 present{};
    prlimit64(0, static_cast<__rlimit_resource>(resource), nullptr, &present);
    const rlim64_t soft = std::min<rlim64_t>(*value, present.rlim_max);
    limits.push_back({resource, {soft, std::min<rlim64_t>(soft + slack, present.rlim_max)}});
}

std::vector<Limit> limits_of(const LaunchPlan& plan)
{
    std::vector<Limit> limits;
    limits.push_back({RLIMIT_LOCKS, {plan.tags.soft, plan.tags.hard}});
    // A second more until SIGKILL, for a child that wants to hear SIGXCPU.
    add_limit(limits, RLIMIT_CPU, plan.limits.cpu_seconds, 1);
    add_limit(limits, RLIMIT_AS, plan.limits.memory_bytes);
    add_limit(limits, RLIMIT_FSIZE, plan.limits.file_bytes);
    add_limit(limits, RLIMIT_NPROC, plan.limits.processes);
    if (plan.limits.open_files)
        add_limit(limits, RLIMIT_NOFILE, plan.limits.open_files);
    else
        add_limit(limits, RLIMIT_NOFILE, plan.open_files, RLIM64_INFINITY - plan.open_files);
    return limits;
}

std::vector<char*> pointers(const std::vector<std::string>& strings)
{
    std::vector<char*> result;
    for (const std::string& string : strings)
        result.push_back(const_cast<char*>(string.c_str()));
    result.push_back(nullptr);
    return result;
}

Failure refused(const std::string& what, int error)
{
    return Failure{Errc::refused, what + ": " + std::strerror(error)};
}

std::string quoted(const std::string& text)
{
    return "'" + text + "'";
}

Failure folder_failure(const LaunchPlan& plan, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        return Failure{Errc::not_found,
                       "there is no folder " + quoted(plan.cwd) + " to run " + quoted(plan.argv[0]) + " in"};
    return refused("the folder " + quoted(plan.cwd) + " cannot be entered", error);
}

bool exists(const LaunchPlan& plan)
{
    const std::string& program = plan.argv[0];
    const std::string path = plan.cwd.empty() || program.starts_with('/') ? program : plan.cwd + '/' + program;
    return access(path.c_str(), F_OK) == 0;
}

Failure exec_failure(const LaunchPlan& plan, const std::string& program, int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        if (exists(plan) || program != plan.argv[0])
            return Failure{Errc::not_found, "the interpreter that " + quoted(program) + " needs is not installed"};
        return Failure{Errc::not_found, "there is no program " + quoted(program)};
    case EACCES: return Failure{Errc::refused, quoted(program) + " may not be executed: is it a file with chmod +x?"};
    case ENOEXEC:
        return Failure{Errc::refused, quoted(program) + " is not a program for this machine, and has no first line #!"};
    case E2BIG:
        return Failure{Errc::bad_arguments, "the arguments and the environment of " + quoted(program) +
                                                " are too long for this system: hand long data over as input"};
    default: return refused(quoted(program) + " could not be started", error);
    }
}

Failure birth_failure(const LaunchPlan& plan, const Birth& birth)
{
    const int error = birth.error;
    switch (birth.stage) {
    case Stage::folder: return folder_failure(plan, error);
    case Stage::limits: return refused("the limits of " + quoted(plan.argv[0]) + " could not be set", error);
    case Stage::descriptors: return refused("the pipes of " + quoted(plan.argv[0]) + " could not be set up", error);
    case Stage::exec: break;
    }
    return exec_failure(plan, birth.program, error);
}

// Returns when the child has become its program, or has ended with an error in `birth`.
pid_t give_birth(Birth& birth, Descriptor& pidfd)
{
    const std::unique_ptr<char[]> stack{new char[stack_size]};
    const SignalsBlocked blocked;
    int number = -1;
    const pid_t process =
        clone(be_born, stack.get() + stack_size, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &birth, &number);
    const int error = errno;
    if (process > 0)
        pidfd = Descriptor{number};
    errno = error;
    return process;
}

} // namespace

Result<std::optional<Launched>> launch(const LaunchPlan& plan)
{
    const Result<std::string> program = find_program(plan.argv.at(0), plan.environment, plan.cwd);
    if (!program)
        return program.error();

    Launched launched;
    Plumbing plumbing;
    if (!plumbing.lay(plan, launched)) {
        if (no_descriptors_left())
            return std::optional<Launched>{};
        return refused("the pipes of " + quoted(plan.argv[0]) + " could not be made", errno);
    }

    const std::vector<char*> argv = pointers(plan.argv);
    const std::vector<char*> envp = pointers(plan.environment);
    Birth birth;
    birth.program = program->c_str();
    birth.argv = argv.data();
    birth.envp = envp.data();
    birth.cwd = plan.cwd.empty() ? nullptr : plan.cwd.c_str();
    birth.descriptors = plumbing.numbers(plan.merge);
    birth.limits = limits_of(plan);

    launched.process = give_birth(birth, launched.pidfd);
    if (launched.process < 0) {
        if (no_descriptors_left())
            return std::optional<Launched>{};
        return refused("no more processes can be started at the moment (" + quoted(plan.argv[0]) + ")", errno);
    }
    if (birth.error != 0) {
        waitpid(launched.process, nullptr, 0);
        return birth_failure(plan, birth);
    }
    return std::optional{std::move(launched)};
}

} // namespace forager
