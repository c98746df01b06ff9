// Runs commands as children of this process. Built once by the composition root; lives on the strand, must outlive all
// its runs. How children are born, found and ended: docs/decisions/0002-children.md.
#pragma once

#include "io/pool.hpp"
#include "io/process/births.hpp"
#include "io/process/environment.hpp"
#include "io/process/identity.hpp"
#include "io/process/kept/kept_commands.hpp"
#include "io/process/kept_beside.hpp"
#include "io/process/launch.hpp"
#include "io/process/nurseries.hpp"
#include "io/process/reaper.hpp"
#include "io/process/scratch_folders.hpp"
#include "io/process/tag.hpp"
#include "io/process/turns.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager {

class LocalProcessRunner final : public ProcessRunner {
public:
    /// `environment` is what every command starts from. For the whole process, SIGPIPE is ignored from now on, SIGCHLD
    /// is not, and the limit of open files becomes `open_files`, or as high as it may be; children get the one that
    /// was.
    LocalProcessRunner(boost::asio::any_io_executor executor, BlockingPool& pool, Clock& clock,
                       Environment environment = current_environment(), std::optional<std::uint64_t> open_files = {});

    /// A command's timeout begins when it is started; before that it may wait for free descriptors.
    boost::asio::awaitable<Result<Completed>> run(Command command) override;
    ScopeId new_scope() override;

    /// Without `scratch_in` it is a folder among the system's temporary ones, which does not outlive its scope.
    boost::asio::awaitable<Result<std::string>> folder(ScopeId scope, std::optional<LastingFolder> lasting) override;
    boost::asio::awaitable<void> end_scope(ScopeId scope) override;

    boost::asio::awaitable<void> end_kept(KeptOf whose) override;

    /// From now on, commands that name no folder begin in a scratch folder of their scope, which is made in `folder`
    /// when the first one comes. What agents before have left there is removed, but for folders that last.
    /// `is_resumed`: whether this is the root of work that the next agent would go on with; its folders last.
    boost::asio::awaitable<void> scratch_in(std::string folder,
                                            std::function<bool(const std::string& root)> is_resumed);

    /// Outermost invocations that have folders which last.
    std::set<std::string> folder_roots() const;

    /// Removes the folders of one.
    boost::asio::awaitable<void> remove_folders(std::string root);

    /// What is kept of each output of a command that says nothing itself, in bytes.
    void keep_of_output(std::size_t limit) { output_limit_ = limit; }

    /// From now on, commands with `keep` go on when this process is gone; what they need is kept in `folder`, and what
    /// agents before have left there is found. Without it they are commands like all others.
    boost::asio::awaitable<void> keep_in(std::string folder);

    /// What is ended and left together with kept commands; it must outlive this.
    void keep_beside(KeptBeside& others) { beside_.push_back(&others); }

    /// The agent stops: kept commands whose run is cancelled go on.
    void leave_kept();

    /// Outermost invocations that have kept commands, or what is kept beside them.
    std::set<std::string> kept_roots() const;

    /// Ends everything that any command of this runner has left, as the last act of the agent; but not what is kept.
    boost::asio::awaitable<void> end_all();

    /// Ends what an agent that died has left. Nothing happens to what was started later by another process that got
    /// its number, nor when the machine was started anew since.
    boost::asio::awaitable<void> end_left_by(ProcessIdentity dead);

    /// Commands that may be forked: which of a kind is the first one that is, and how many processes there are that
    /// fork them.
    void fork_from(std::size_t command) { nurseries_.begin_with(command); }
    std::size_t nurseries() const { return nurseries_.living(); }

    /// How many commands run.
    std::size_t running() const { return running_ + (kept_ ? kept_->running() : 0); }

    /// The same as `end_all` by force, at once, from any thread: for when the loop does not answer any more. Nothing is
    /// started after it.
    void kill_all_now();

private:
    struct Born {
        Launched child;
        TimePoint at;
    };

    boost::asio::awaitable<Result<Completed>> supervise(Command command);
    boost::asio::awaitable<Result<void>> find_folder(const Command& command, LaunchPlan& plan);
    Result<std::optional<Launched>> launch_if_allowed(const LaunchPlan& plan);
    boost::asio::awaitable<Result<Completed>> run_here(Command command, LaunchPlan plan);
    boost::asio::awaitable<Result<Born>> forked_or_born(LaunchPlan plan, bool forked);
    boost::asio::awaitable<Result<Born>> born(LaunchPlan plan);
    boost::asio::awaitable<Result<Launched>> nursery_born(LaunchPlan plan);
    boost::asio::awaitable<Result<Launched>> keeper_born(std::string folder);
    boost::asio::awaitable<void> end(TagPattern pattern);
    boost::asio::awaitable<void> clear(ScopeId scope);
    boost::asio::awaitable<void> remove_tree(const std::string& path);
    Surroundings surroundings() { return {executor_, clock_, reaper_, buffer_, *strays_}; }
    void collect_strays();

    boost::asio::any_io_executor executor_;
    BlockingPool& pool_;
    Clock& clock_;
    Environment environment_;
    std::uint64_t open_files_; // what children may have open
    Births births_;
    TagSource tags_;
    Reaper reaper_;
    Turns turns_;
    std::size_t running_ = 0;
    std::vector<char> buffer_; // for all reads: they are done in one step of the strand
    // Children that could not be killed, or shall end by themselves.
    std::shared_ptr<std::vector<pid_t>> strays_ = std::make_shared<std::vector<pid_t>>();
    Nurseries nurseries_;
    std::unique_ptr<KeptCommands> kept_;
    std::vector<KeptBeside*> beside_;
    std::unique_ptr<ScratchFolders> folders_;
    std::map<ScopeId, std::string> temporary_; // folders where there are none of those
    std::size_t output_limit_ = std::size_t{4} * 1024 * 1024;
};

} // namespace forager
