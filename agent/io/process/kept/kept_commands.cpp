#include "io/process/kept/kept_commands.hpp"

#include "base/ids.hpp"
#include "io/formats/digest.hpp"
#include "io/process/kept/packing.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

std::string digest_text(std::string_view bytes)
{
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (const char byte : digest(Digest::sha256, bytes)) {
        const auto value = static_cast<unsigned char>(byte);
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

std::string part_text(const std::string& part)
{
    return part.empty() ? "" : digest_text(part);
}

std::string name_of(const Keep& keep)
{
    return derived_id(keep.invocation, keep.place);
}

// What makes it another command: all but what the agent's own surroundings give it, and how long it may take.
std::string print_of(const Command& command, const LaunchPlan& plan)
{
    KeeperPlan told;
    told.launch.argv = command.argv;
    for (const auto& [name, value] : command.env)
        told.launch.environment.push_back(name + "=" + value);
    told.launch.cwd = plan.cwd;
    told.launch.user = command.user;
    told.launch.limits = command.limits;
    told.launch.merge = command.merge;
    told.input = command.input;
    told.limit = command.limit.value();
    return digest_text(packed(told));
}

bool fits(const KeptClaim& claim, const KeptOf& whose, const std::string& part)
{
    return (whose.root.empty() || claim.root == whose.root) &&
           (whose.invocation.empty() || claim.invocation == whose.invocation) && (part.empty() || claim.part == part);
}

bool lives(const ProcessIdentity& process)
{
    return process.process > 0 && birth_of(process.process) == process.born;
}

Failure too_many(std::size_t most)
{
    return {Errc::limit, "more than " + std::to_string(most) +
                             " commands are kept for functions with orphans = \"adopt\": do their work in fewer "
                             "commands, or in more steps"};
}

} // namespace

KeptCommands::KeptCommands(Surroundings around, BlockingPool& pool, std::string folder)
    : around_{around}, pool_{pool}, folder_{std::move(folder)}
{
    (void)::mkdir(folder_.c_str(), S_IRWXU);
}

std::map<std::string, KeptCommands::Entry> KeptCommands::read() const
{
    std::map<std::string, Entry> found;
    std::error_code unread; // what cannot be read is no command to go on with
    std::filesystem::directory_iterator folder{folder_, unread};
    for (; !unread && folder != std::filesystem::directory_iterator{}; folder.increment(unread)) {
        const KeptFolder kept{folder->path()};
        Entry entry;
        entry.claim = kept.claim().value_or(KeptClaim{});
        entry.keeper = kept.keeper().value_or(ProcessIdentity{});
        entry.ended = kept.has_result();
        found.emplace(folder->path().filename(), std::move(entry));
    }
    return found;
}

asio::awaitable<void> KeptCommands::open()
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto reading = [this] { return read(); };
    entries_ = co_await pool_.run(std::move(reading));
    const std::map<std::string, Entry> all = entries_;
    for (const auto& [name, entry] : all) {
        const bool of_now = entry.keeper.boot == around_.clock.boot();
        if (!of_now) // the machine was started anew: there is nothing of it
            entries_[name].keeper = {};
        const bool useful = of_now && !entry.claim.root.empty() && (lives(entry.keeper) || entry.ended);
        if (!useful)
            co_await forget(name);
    }
}

std::set<std::string> KeptCommands::roots() const
{
    std::set<std::string> all;
    for (const auto& [name, entry] : entries_)
        all.insert(entry.claim.root);
    return all;
}

asio::awaitable<Result<Completed>> KeptCommands::run(Command command, LaunchPlan plan, Birth birth)
{
    const Keep keep = *command.keep;
    const std::string name = name_of(keep);
    plan.cwd = plan.cwd.empty() ? std::filesystem::current_path() : std::filesystem::absolute(plan.cwd);
    KeptClaim claim{keep.root, keep.invocation, part_text(keep.part), print_of(command, plan)};
    std::optional<KeeperLine> line;
    const auto known = entries_.find(name);
    if (known != entries_.end() && known->second.claim.print == claim.print)
        line = co_await line_to(name);
    if (!line) {
        co_await forget(name); // it is another command, or nobody keeps it any more
        KeeperPlan told;
        told.launch = std::move(plan);
        told.input = command.input;
        told.limit = command.limit.value();
        told.boot = around_.clock.boot();
        auto made = co_await new_line(name, std::move(claim), std::move(told), std::move(birth));
        if (!made)
            co_return made.error();
        line.emplace(std::move(*made));
    }
    Result<Completed> result = co_await follow(name, std::move(command), std::move(*line));
    co_return result;
}

// To one that was begun before.
asio::awaitable<std::optional<KeeperLine>> KeptCommands::line_to(std::string name)
{
    const ProcessIdentity keeper = entries_.at(name).keeper;
    const KeptFolder folder = folder_of(name);
    auto calling = [&]() -> std::optional<KeeperLine> {
        KeeperLine line;
        line.keeper = keeper;
        line.pidfd = Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, keeper.process, 0))};
        if (!lives(keeper)) // asked while it is held
            line.pidfd = {};
        line.words = folder.connect();
        if (!line.words && !folder.has_result())
            return {};
        return line;
    };
    std::optional<KeeperLine> line = co_await pool_.run(std::move(calling));
    co_return line;
}

asio::awaitable<Result<KeeperLine>> KeptCommands::new_line(std::string name, KeptClaim claim, KeeperPlan plan,
                                                           Birth birth)
{
    if (entries_.size() >= most)
        co_return too_many(most);
    const KeptFolder folder = folder_of(name);
    entries_[name] = {claim, {}, false};
    auto making = [&] { return folder.make(claim); };
    const Result<void> made = co_await pool_.run(std::move(making));
    if (!made) {
        entries_.erase(name);
        co_return made.error();
    }
    auto born = co_await birth(folder.path());
    if (!born) {
        co_await forget(name);
        co_return born.error();
    }
    KeeperLine line;
    line.keeper = {born->process, birth_of(born->process).value_or(0), plan.boot};
    line.words = std::move(born->out);
    line.plan = std::move(born->input);
    line.to_plan = packed(plan);
    line.pidfd = std::move(born->pidfd);
    line.ours = true;
    entries_[name] = {std::move(claim), line.keeper, false};
    co_return line;
}

asio::awaitable<Result<Completed>> KeptCommands::follow(std::string name, Command command, KeeperLine line)
{
    const bool in_a_part = !command.keep->part.empty();
    running_.insert(name);
    KeptRemains remains;
    std::exception_ptr thrown;
    std::optional<Result<Completed>> result;
    try {
        result = co_await run_kept(around_, std::move(command), {folder_of(name), pool_, leaving_}, std::move(line),
                                   remains);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    running_.erase(name);
    // The result is asked for again when the agent dies before its step is recorded.
    const bool wanted = remains.command || (remains.result && in_a_part);
    if (!wanted)
        co_await forget(name);
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*result);
}

asio::awaitable<void> KeptCommands::end(KeptOf whose)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (whose.cut_off && leaving_)
        co_return;
    const std::string part = part_text(whose.part);
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_)
        if (fits(entry.claim, whose, part) && (part.empty() || !running_.contains(name)))
            names.push_back(name);
    for (const std::string& name : names)
        co_await forget(name);
}

// Ends what there is of it.
asio::awaitable<void> KeptCommands::forget(std::string name)
{
    const auto known = entries_.find(name);
    if (known == entries_.end())
        co_return;
    const ProcessIdentity keeper = known->second.keeper;
    if (keeper.process > 0) {
        const TagPattern pattern = left_by(keeper);
        co_await around_.reaper.end(pattern);
    }
    auto removing = [folder = folder_of(name)] {
        folder.remove();
        return true;
    };
    co_await pool_.run(std::move(removing));
    entries_.erase(name);
}

} // namespace forager
