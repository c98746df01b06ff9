#include "io/process/nurseries.hpp"

#include "io/process/plumbing.hpp"
#include "io/process/whole_file.hpp"
#include "ports/cancellation.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_remembered = 64;

// What a child takes with it into the world.
struct Outfit {
    Launched ours;
    Plumbing pipes;
    Descriptor folder;
    Descriptor environment;

    std::vector<int> descriptors(bool merge) const
    {
        std::vector<int> all{folder.number(), environment.number()};
        std::ranges::copy_if(pipes.numbers(merge), std::back_inserter(all), [](int number) { return number >= 0; });
        return all;
    }
};

// Not in a message, which stays in the nursery's memory: others are born of that.
Descriptor file_of(const Environment& environment)
{
    Descriptor file{memfd_create("environment", MFD_CLOEXEC)};
    std::string text;
    for (const std::string& entry : environment)
        text.append(entry).push_back('\0');
    if (!file || !write_all(file.number(), text) || lseek(file.number(), 0, SEEK_SET) != 0)
        return {};
    return file;
}

// Nothing: whoever starts the command in the usual way finds out why, and says so.
std::optional<Outfit> outfit_for(const LaunchPlan& plan, bool own_environment)
{
    Outfit outfit;
    const char* const folder = plan.cwd.empty() ? "." : plan.cwd.c_str();
    outfit.folder = Descriptor{open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    outfit.environment = file_of(own_environment ? plan.environment : Environment{});
    const bool complete = outfit.folder && faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) == 0 && outfit.environment &&
                          outfit.pipes.lay(plan, outfit.ours);
    return complete ? std::optional{std::move(outfit)} : std::nullopt;
}

} // namespace

Nurseries::Nurseries(asio::any_io_executor executor, BlockingPool& pool, Clock& clock, const Environment& environment,
                     std::shared_ptr<std::vector<pid_t>> strays, Launch launch)
    : executor_{std::move(executor)},
      pool_{pool},
      clock_{clock},
      environment_{environment},
      strays_{std::move(strays)},
      launch_{std::move(launch)}
{
}

std::size_t Nurseries::living() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(kinds_, [](const auto& entry) { return entry.second->nursery != nullptr; }));
}

asio::awaitable<std::optional<Launched>> Nurseries::bear(const LaunchPlan& plan)
{
    auto look = [&plan] { return nursery_key(plan); };
    const std::optional<NurseryKey> key = co_await pool_.run(std::move(look));
    if (!key)
        co_return std::optional<Launched>{};
    const KindPtr kind = kind_of(*key);
    if (++kind->commands < first_borne_ || (kind->not_before && clock_.now() < *kind->not_before))
        co_return std::optional<Launched>{};
    for (int attempts = 0; attempts < 2; ++attempts) {
        const auto nursery = co_await nursery_of(kind, *key, plan);
        if (!nursery)
            break;
        auto child = co_await borne_by(nursery, plan, !key->script);
        if (child)
            co_return child;
        if (nursery->alive())
            co_return std::optional<Launched>{};
        if (!nursery->proven()) {
            kind->not_before = clock_.now() + longest_idle;
            break;
        }
    }
    co_return std::optional<Launched>{};
}

Nurseries::KindPtr Nurseries::kind_of(const NurseryKey& key)
{
    KindPtr& kind = kinds_[key];
    if (!kind)
        kind = std::make_shared<Kind>(executor_);
    kind->used = clock_.now();
    if (!armed())
        clock_.arm(*this, kind->used + longest_idle);
    const KindPtr found = kind;
    if (kinds_.size() > most_remembered)
        forget_oldest(false);
    return found;
}

asio::awaitable<std::shared_ptr<Nursery>> Nurseries::nursery_of(KindPtr kind, const NurseryKey& key,
                                                                const LaunchPlan& plan)
{
    const bool turn = co_await kind->starting.take();
    if (!turn)
        throw_cancelled();
    const TurnHolder holder{kind->starting};
    if (kind->nursery && kind->nursery->alive())
        co_return kind->nursery;
    kind->nursery = nullptr;
    LaunchPlan start;
    start.argv = key.argv;
    start.environment = starting_environment(key, environment_);
    start.cwd = key.folder;
    start.open_files = plan.open_files;
    start.link = true;
    start.report = true; // so that what it takes for its children lies above their own
    Result<Launched> process = co_await launch_(std::move(start));
    if (!process)
        co_return kind->nursery;
    kind->nursery = std::make_shared<Nursery>(executor_, clock_, strays_, std::move(*process));
    while (living() > most_living)
        forget_oldest(true);
    co_return kind->nursery;
}

asio::awaitable<std::optional<Launched>> Nurseries::borne_by(std::shared_ptr<Nursery> nursery, const LaunchPlan& plan,
                                                             bool own_environment)
{
    auto make = [&plan, own_environment] { return outfit_for(plan, own_environment); };
    std::optional<Outfit> outfit = co_await pool_.run(std::move(make));
    if (!outfit)
        co_return std::optional<Launched>{};
    const auto child = co_await nursery->bear(outfit->descriptors(plan.merge));
    if (!child)
        co_return std::optional<Launched>{};
    // It cannot have ended for others: nobody has collected it.
    Launched launched = std::move(outfit->ours);
    launched.process = *child;
    launched.pidfd = Descriptor{static_cast<int>(syscall(SYS_pidfd_open, *child, 0))};
    launched.nursery = nursery;
    if (launched.pidfd && set_limits(*child, plan))
        co_return std::optional{std::move(launched)};
    ::kill(*child, SIGKILL);
    (void)co_await nursery->collect(*child);
    co_return std::optional<Launched>{};
}

void Nurseries::forget_oldest(bool with_nursery)
{
    auto oldest = kinds_.end();
    for (auto kind = kinds_.begin(); kind != kinds_.end(); ++kind) {
        const bool counts = !with_nursery || kind->second->nursery;
        if (counts && (oldest == kinds_.end() || kind->second->used < oldest->second->used))
            oldest = kind;
    }
    kinds_.erase(oldest);
}

// Whoever is at work holds what he works with.
void Nurseries::fire()
{
    std::erase_if(kinds_, [this](const auto& entry) { return entry.second->used + longest_idle <= clock_.now(); });
    if (kinds_.empty())
        return;
    const auto oldest = std::ranges::min_element(kinds_, {}, [](const auto& entry) { return entry.second->used; });
    clock_.arm(*this, oldest->second->used + longest_idle);
}

} // namespace forager
