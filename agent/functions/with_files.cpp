#include "functions/with_files.hpp"

#include "core/options.hpp"
#include "functions/builtin_function.hpp"
#include "primitives/cfs/mounts.hpp"

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// A try that fails may be followed by another one, which wants the same files.
bool is_last_try(const Invocation& invocation)
{
    return invocation.tries >= invocation.retries.value_or(0);
}

Failure without_files(Failure why)
{
    why.message = "the process asks for files, and there are none: " + why.message;
    return why;
}

cfs::Say say_to(const Invocation& invocation, Observer& observer)
{
    return [&invocation, &observer](const std::string& line) { observer.line(invocation, line); };
}

// A deadline is the last word only of what no colony has lent; a limit of each try is the agent's own.
bool is_over(const Invocation& invocation, const std::string& lent, TimePoint begun, TimePoint now)
{
    if (invocation.deadline && now >= *invocation.deadline)
        return lent.empty();
    return invocation.timeout && now >= begun + *invocation.timeout && is_last_try(invocation);
}

// What is not stored stays where it is, also where it is not to be kept.
asio::awaitable<Outcome> stored(cfs::Mounts& mounts, bool is_last, Outcome outcome)
{
    auto kept = co_await mounts.store(outcome.has_error());
    if (kept.has_value() && (outcome.has_value() || is_last))
        co_await mounts.finish();
    co_await mounts.forget(outcome.has_value() || is_last);
    if (kept.has_error() && outcome.has_value())
        co_return std::move(kept).error();
    co_return outcome;
}

asio::awaitable<Outcome> run_between(cfs::Mounts& mounts, bool is_last, asio::awaitable<Outcome> work)
{
    if (auto ended = co_await mounts.remembered())
        co_return co_await stored(mounts, is_last, std::move(*ended));
    co_await mounts.begin();
    if (auto brought = co_await mounts.bring(); brought.has_error()) {
        if (is_last)
            co_await mounts.finish();
        co_return std::move(brought).error();
    }
    auto outcome = co_await std::move(work);
    co_await mounts.remember(outcome);
    co_return co_await stored(mounts, is_last, std::move(outcome));
}

class Sync final : public Handler {
public:
    explicit Sync(const cfs::FilesAccess& files) : files_{files} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        auto wanted = files_wanted_by(invocation);
        if (!wanted)
            co_return wanted.error();
        auto files = files_();
        if (!files)
            co_return without_files(files.error());
        cfs::Mounts mounts{(*files)->run_by(invocation), std::move(*wanted), invocation.id,
                           say_to(invocation, observer)};
        if (auto opened = co_await mounts.open(); opened.has_error())
            co_return std::move(opened).error();
        if (auto brought = co_await mounts.bring(); brought.has_error())
            co_return std::move(brought).error();
        co_return Outputs{};
    }

private:
    const cfs::FilesAccess& files_;
};

} // namespace

Result<FileMounts> files_wanted_by(const Invocation& invocation)
{
    const Value* fs = option(invocation.kwargs, "fs");
    if (fs == nullptr)
        return FileMounts{};
    auto mounts = file_mounts(*fs, invocation.id);
    auto keep = flag_argument(invocation.kwargs, "keep_snapshots", false);
    if (!keep)
        return keep.error();
    auto failed_too = flag_argument(invocation.kwargs, "onfailure", false);
    if (!failed_too)
        return failed_too.error();
    if (!mounts)
        return mounts;
    for (SnapshotMount& snapshot : mounts->snapshots)
        snapshot.keep_snapshot = snapshot.keep_snapshot || *keep;
    for (FolderMount& folder : mounts->folders)
        folder.on_failure = folder.on_failure || *failed_too;
    return mounts;
}

asio::awaitable<Outcome> with_files(const cfs::FilesAccess& access, const Invocation& invocation, Observer& observer,
                                    FileMounts wanted, asio::awaitable<Outcome> work)
{
    if (wanted.empty()) {
        auto outcome = co_await std::move(work);
        co_return outcome;
    }
    auto files = access();
    if (!files)
        co_return without_files(files.error());
    const Clock& clock = (*files)->member().clock();
    const TimePoint begun = clock.now();
    cfs::Mounts mounts{(*files)->run_by(invocation), std::move(wanted), invocation.id, say_to(invocation, observer)};
    if (auto opened = co_await mounts.open(); opened.has_error())
        co_return std::move(opened).error();
    std::exception_ptr thrown;
    try {
        auto outcome = co_await run_between(mounts, is_last_try(invocation), std::move(work));
        co_return outcome;
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    const auto lent = part<std::string>(invocation.env, "COLONIES_PROCESS_ID");
    co_await mounts.abandon(is_over(invocation, lent, begun, clock.now()), lent);
    std::rethrow_exception(thrown);
}

void add_sync(Registry& registry, const std::string& family, const cfs::FilesAccess& files)
{
    Function sync;
    sync.name = family + ".sync";
    sync.doc =
        "Brings files of the colony into place, as execute does before it runs: fs is a process's, with snapshots "
        "and dirs.";
    sync.parameters = {{"fs", Type::any, {}}, {"keep_snapshots", Type::boolean, Value{false}}};
    sync.raw = true;
    add_function(registry, std::move(sync), std::make_shared<Sync>(files));
}

} // namespace forager
