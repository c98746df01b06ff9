#include "io/process/launch.hpp"

#include "io/process/launch_failure.hpp"
#include "io/process/plumbing.hpp"
#include "io/process/process_user.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace forager {

namespace {

constexpr std::size_t stack_size = std::size_t{64} * 1024;

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
    const char* own_folder = nullptr; // entered with the rights that we have
    const ProcessUser* user = nullptr;
    std::array<int, 4> descriptors{-1, -1, -1, -1};
    std::vector<Limit> limits;
    LaunchStage stage = LaunchStage::folder;
    volatile int error = 0; // written by the child, in the memory that it shares with us
};

[[noreturn]] void give_up(Birth& birth, LaunchStage stage)
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

// The kernel keeps users by thread; the C library's own calls would change those of all our threads.
bool become(const ProcessUser& user)
{
    return syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
           syscall(SYS_setresgid, user.group, user.group, user.group) == 0 &&
           syscall(SYS_setresuid, user.user, user.user, user.user) == 0;
}

// Runs in the child, on a stack of its own, while the launching thread waits.
__attribute__((no_sanitize("address", "undefined"))) int be_born(void* argument)
{
    Birth& birth = *static_cast<Birth*>(argument);
    setsid();
    if (birth.own_folder != nullptr && chdir(birth.own_folder) != 0)
        give_up(birth, LaunchStage::folder);
    int number = 0;
    for (; number < 4 && birth.descriptors[static_cast<std::size_t>(number)] >= 0; ++number)
        if (dup2(birth.descriptors[static_cast<std::size_t>(number)], number) < 0)
            give_up(birth, LaunchStage::descriptors);
    close_others(static_cast<unsigned>(number));
    for (const Limit& limit : birth.limits)
        if (prlimit64(0, static_cast<__rlimit_resource>(limit.resource), &limit.value, nullptr) != 0)
            give_up(birth, LaunchStage::limits);
    if (birth.user != nullptr && !become(*birth.user))
        give_up(birth, LaunchStage::user);
    if (birth.cwd != nullptr && chdir(birth.cwd) != 0)
        give_up(birth, LaunchStage::folder);
    reset_signals();
    execve(birth.program, birth.argv, birth.envp);
    give_up(birth, LaunchStage::exec);
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

Birth prepared(const LaunchPlan& plan, const std::string& program, std::span<char* const> argv,
               std::span<char* const> envp)
{
    Birth birth;
    birth.program = program.c_str();
    birth.argv = argv.data();
    birth.envp = envp.data();
    (plan.own_folder ? birth.own_folder : birth.cwd) = plan.cwd.empty() ? nullptr : plan.cwd.c_str();
    birth.limits = limits_of(plan);
    return birth;
}

// Nobody where the present user is wanted.
Result<std::optional<ProcessUser>> user_of(const LaunchPlan& plan)
{
    if (plan.user.empty())
        return std::optional<ProcessUser>{};
    auto user = find_user(plan.user);
    if (!user)
        return user.error();
    if (user->user == geteuid() && geteuid() != 0) // there is nothing to change, and no right to
        return std::optional<ProcessUser>{};
    if (plan.own_folder && chown(plan.cwd.c_str(), user->user, user->group) != 0)
        return system_failure("the folder '" + plan.cwd + "' cannot be given to '" + plan.user + "'", errno);
    return std::optional{std::move(*user)};
}

// As a login has it.
Result<Environment> environment_for(const LaunchPlan& plan, const ProcessUser& user)
{
    std::vector<std::pair<std::string, std::string>> changes;
    for (auto [name, value] : {std::pair{"HOME", user.home}, {"USER", user.name}, {"LOGNAME", user.name}})
        if (std::ranges::find(plan.own_variables, name) == plan.own_variables.end())
            changes.emplace_back(name, std::move(value));
    return with_changes(plan.environment, changes);
}

// `errno` says why; too few descriptors are no failure, as others will be given back.
Result<std::optional<Launched>> not_now(const std::string& attempt)
{
    if (errno == EMFILE || errno == ENFILE)
        return std::optional<Launched>{};
    return system_failure(attempt, errno);
}

} // namespace

bool set_limits(pid_t process, const LaunchPlan& plan)
{
    return std::ranges::all_of(limits_of(plan), [process](const Limit& limit) {
        return prlimit64(process, static_cast<__rlimit_resource>(limit.resource), &limit.value, nullptr) == 0;
    });
}

Result<std::optional<Launched>> launch(const LaunchPlan& plan)
{
    const auto user = user_of(plan);
    if (!user)
        return user.error();
    const auto environment = *user ? environment_for(plan, **user) : Result<Environment>{plan.environment};
    if (!environment)
        return environment.error();
    const Result<std::string> program = find_program(plan.argv.at(0), plan.environment, plan.cwd);
    if (!program)
        return program.error();
    Launched launched;
    Plumbing plumbing;
    if (!plumbing.lay(plan, launched)) {
        if (errno == EINVAL) // the lowest number that it asks for is beyond the limit
            errno = EMFILE;
        return not_now("the pipes of '" + plan.argv[0] + "' could not be made");
    }

    const std::vector<char*> argv = pointers(plan.argv);
    const std::vector<char*> envp = pointers(*environment);
    Birth birth = prepared(plan, *program, argv, envp);
    birth.user = *user ? &**user : nullptr;
    birth.descriptors = plumbing.numbers(plan.merge);
    launched.process = give_birth(birth, launched.pidfd);
    if (launched.process < 0)
        return not_now("no process can be started for '" + plan.argv[0] + "' at the moment");
    if (birth.error != 0) {
        waitpid(launched.process, nullptr, 0);
        return launch_failure(plan, *program, birth.stage, birth.error);
    }
    return std::optional{std::move(launched)};
}

} // namespace forager
