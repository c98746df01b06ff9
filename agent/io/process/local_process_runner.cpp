#include "io/process/local_process_runner.hpp"

#include "base/counted.hpp"
#include "io/process/child_run.hpp"
#include "io/process/command_plan.hpp"
#include "io/process/kept/keeper.hpp"
#include "io/process/open_files.hpp"
#include "io/process/scan.hpp"
#include "io/system_failure.hpp"
#include "ports/apart.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;
constexpr Duration descriptor_pause = 20ms;
constexpr int most_refusals = 100;

void prepare_signals()
{
    std::signal(SIGPIPE, SIG_IGN); // a child may close its stdin early
    std::signal(SIGXFSZ, SIG_IGN); // a file that would be too large is an error of the write, not our end
    struct sigaction present{};
    sigaction(SIGCHLD, nullptr, &present);
    if (present.sa_handler == SIG_IGN) // inherited: the kernel would throw exit statuses away
        std::signal(SIGCHLD, SIG_DFL);
}

} // namespace

LocalProcessRunner::LocalProcessRunner(asio::any_io_executor executor, BlockingPool& pool, Clock& clock,
                                       Environment environment, std::optional<std::uint64_t> open_files)
    : executor_{executor},
      pool_{pool},
      clock_{clock},
      environment_{std::move(environment)},
      open_files_{set_open_files(open_files)},
      tags_{getpid(), tags_of(0).value_or(TagPair{}).hard},
      reaper_{executor, pool, clock},
      turns_{executor, commands_at_once()},
      buffer_(buffer_size),
      nurseries_{executor,     pool,    clock,
                 environment_, strays_, [this](LaunchPlan plan) { return nursery_born(std::move(plan)); }}
{
    prepare_signals();
}

asio::awaitable<Result<Completed>> LocalProcessRunner::run(Command command)
{
    return apart(executor_, supervise(std::move(command)));
}

asio::awaitable<Result<Completed>> LocalProcessRunner::supervise(Command command)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    collect_strays();
    command.limit = command.limit.value_or(output_limit_);
    const TagPair tags = tags_.new_command(command.scope);
    Result<LaunchPlan> plan = plan_for(command, environment_, tags, open_files_);
    if (!plan)
        co_return plan.error();

    const bool turn = co_await turns_.take(); // nothing was awaited before, so no cancellation was missed
    if (!turn)
        throw_cancelled();
    const TurnHolder holder{turns_};
    const Result<void> placed = co_await find_folder(command, *plan);
    if (!placed)
        co_return placed.error();
    asio::awaitable<Result<Completed>> work;
    if (command.keep && kept_)
        work = kept_->run(std::move(command), std::move(*plan),
                          [this](std::string folder) { return keeper_born(std::move(folder)); });
    else
        work = run_here(std::move(command), std::move(*plan));
    Result<Completed> result = co_await std::move(work);
    co_return result;
}

asio::awaitable<Result<void>> LocalProcessRunner::find_folder(const Command& command, LaunchPlan& plan)
{
    if (!folders_ || command.scope == ScopeId{} || !command.cwd.empty())
        co_return Result<void>{};
    auto found = co_await folders_->of(command.scope, command.folder);
    if (!found)
        co_return found.error();
    plan.cwd = std::move(*found);
    plan.own_folder = true;
    co_return Result<void>{};
}

asio::awaitable<Result<Completed>> LocalProcessRunner::run_here(Command command, LaunchPlan plan)
{
    const TagPair tags = plan.tags;
    const bool forked = command.forked && command.user.empty() && !command.limits.memory_bytes;
    auto launched = co_await forked_or_born(std::move(plan), forked);
    if (!launched)
        co_return launched.error();
    const Counted running{running_};
    Result<Completed> result =
        co_await run_child(surroundings(), std::move(command), tags, std::move(launched->child), launched->at);
    co_return result;
}

asio::awaitable<Result<LocalProcessRunner::Born>> LocalProcessRunner::forked_or_born(LaunchPlan plan, bool forked)
{
    if (forked) {
        std::optional<Launched> child = co_await nurseries_.bear(plan);
        if (child)
            co_return Born{std::move(*child), clock_.now()};
    }
    Result<Born> started = co_await born(std::move(plan));
    co_return started;
}

asio::awaitable<Result<LocalProcessRunner::Born>> LocalProcessRunner::born(LaunchPlan plan)
{
    int refusals = 0;
    while (true) {
        const bool aborted = co_await cancelled();
        if (aborted)
            throw_cancelled();
        auto birth = [this, &plan] { return launch_if_allowed(plan); };
        const TimePoint started = clock_.now();
        Result<std::optional<Launched>> launched = co_await pool_.run(std::move(birth));
        if (!launched)
            co_return launched.error();
        if (*launched)
            co_return Born{std::move(**launched), started};
        // A command that ends gives some back; if none runs, there may never be enough.
        refusals = running_ > 0 ? 0 : refusals + 1;
        if (refusals > most_refusals)
            co_return too_few_open_files(plan.argv.front());
        co_await sleep_for(clock_, descriptor_pause);
    }
}

// On the pool.
Result<std::optional<Launched>> LocalProcessRunner::launch_if_allowed(const LaunchPlan& plan)
{
    const Births::Permit permit{births_};
    if (!permit.allowed())
        return Failure{Errc::cancelled, "'" + plan.argv.front() + "' is not started: the program ends"};
    return launch(plan);
}

asio::awaitable<Result<Launched>> LocalProcessRunner::nursery_born(LaunchPlan plan)
{
    plan.tags = tags_.new_keeper();
    auto launched = co_await born(std::move(plan));
    if (!launched)
        co_return launched.error();
    co_return std::move(launched->child);
}

// The same program in another mode: also while a newer one is being installed in its place.
asio::awaitable<Result<Launched>> LocalProcessRunner::keeper_born(std::string folder)
{
    LaunchPlan plan;
    plan.argv = {"/proc/self/exe", keeper_mode};
    plan.environment = environment_;
    plan.cwd = std::move(folder);
    plan.open_files = open_files_;
    plan.tags = tags_.new_keeper();
    plan.input = true;
    auto launched = co_await born(std::move(plan));
    if (!launched)
        co_return launched.error();
    co_return std::move(launched->child);
}

ScopeId LocalProcessRunner::new_scope()
{
    return tags_.new_scope();
}

asio::awaitable<Result<std::string>> LocalProcessRunner::folder(ScopeId scope, std::optional<LastingFolder> lasting)
{
    if (folders_) {
        Result<std::string> found = co_await folders_->of(scope, std::move(lasting));
        co_return found;
    }
    if (const auto known = temporary_.find(scope); known != temporary_.end())
        co_return known->second;
    std::error_code ignored;
    std::string path = (std::filesystem::temp_directory_path(ignored) / "forager-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr)
        co_return system_failure("cannot make the scratch folder '" + path + "'", errno);
    temporary_.emplace(scope, path);
    co_return path;
}

asio::awaitable<void> LocalProcessRunner::end_scope(ScopeId scope)
{
    co_await apart(executor_, clear(scope));
}

asio::awaitable<void> LocalProcessRunner::clear(ScopeId scope)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await reaper_.end(tags_.scope(scope));
    tags_.forget(scope);
    if (folders_)
        co_await folders_->remove(scope);
    if (const auto made = temporary_.extract(scope); !made.empty())
        co_await remove_tree(made.mapped());
}

asio::awaitable<void> LocalProcessRunner::remove_tree(const std::string& path)
{
    auto work = [&path] {
        std::error_code ignored; // nobody is left who could be told
        return std::filesystem::remove_all(path, ignored) > 0;
    };
    (void)co_await pool_.run(std::move(work));
}

asio::awaitable<void> LocalProcessRunner::scratch_in(std::string folder,
                                                     std::function<bool(const std::string& root)> is_resumed)
{
    folders_ = std::make_unique<ScratchFolders>(pool_, std::move(folder), std::move(is_resumed));
    co_await apart(executor_, folders_->open());
}

std::set<std::string> LocalProcessRunner::folder_roots() const
{
    return folders_ ? folders_->roots() : std::set<std::string>{};
}

asio::awaitable<void> LocalProcessRunner::remove_folders(std::string root)
{
    if (!folders_)
        co_return;
    co_await apart(executor_, folders_->remove_lasting(std::move(root)));
}

asio::awaitable<void> LocalProcessRunner::end_kept(KeptOf whose)
{
    for (KeptBeside* others : beside_)
        if (others->holds(whose))
            co_await apart(executor_, others->end(whose));
    if (kept_)
        co_await apart(executor_, kept_->end(std::move(whose)));
}

asio::awaitable<void> LocalProcessRunner::keep_in(std::string folder)
{
    kept_ = std::make_unique<KeptCommands>(surroundings(), pool_, std::move(folder));
    co_await apart(executor_, kept_->open());
}

void LocalProcessRunner::leave_kept()
{
    for (KeptBeside* others : beside_)
        others->leave();
    if (kept_)
        kept_->leave();
}

std::set<std::string> LocalProcessRunner::kept_roots() const
{
    std::set<std::string> all = kept_ ? kept_->roots() : std::set<std::string>{};
    for (const KeptBeside* others : beside_)
        all.merge(others->roots());
    return all;
}

asio::awaitable<void> LocalProcessRunner::end_all()
{
    if (!tags_.used())
        co_return;
    co_await apart(executor_, end(tags_.agent()));
}

asio::awaitable<void> LocalProcessRunner::end_left_by(ProcessIdentity dead)
{
    const bool is_this_one = dead.process == getpid() && birth_of(getpid()) == dead.born;
    if (dead.boot != clock_.boot() || is_this_one)
        co_return;
    const TagPattern pattern = left_by(dead);
    co_await apart(executor_, end(pattern));
}

// A child that is being born has no tag yet, so none may be underway.
void LocalProcessRunner::kill_all_now()
{
    births_.end();
    constexpr int most_walks = 100; // somebody who forks without end is left to the system
    Hunt hunt{tags_.agent()};
    hunt.kill = true;
    for (int walks = 0; walks < most_walks && tags_.used(); ++walks) {
        walk_processes({&hunt});
        if (hunt.living == 0)
            return;
    }
}

asio::awaitable<void> LocalProcessRunner::end(TagPattern pattern)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await reaper_.end(pattern);
}

// Zombies until they are asked for, so their numbers cannot have passed to others.
void LocalProcessRunner::collect_strays()
{
    std::erase_if(*strays_, [](pid_t stray) { return waitpid(stray, nullptr, WNOHANG) != 0; });
}

} // namespace forager
