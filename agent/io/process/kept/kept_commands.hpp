// The commands that go on when the agent is gone: those that were left, those that run, and results that may be asked
// for again. One folder with a folder for each. Owned by the runner, used on the strand; must outlive its runs.
#pragma once

#include "io/pool.hpp"
#include "io/process/kept/keeper_plan.hpp"
#include "io/process/kept/kept_run.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace forager {

class KeptCommands {
public:
    /// Starts a keeper in this folder.
    using Birth = std::function<boost::asio::awaitable<Result<Launched>>(std::string folder)>;

    static constexpr std::size_t most = 10'000;

    /// `folder` is made where it is missing. All that is passed must outlive it.
    KeptCommands(Surroundings around, BlockingPool& pool, std::string folder);

    /// Finds what agents before have left. What cannot go on is ended and forgotten. Before anything is run.
    boost::asio::awaitable<void> open();

    /// As `ProcessRunner::run`; `plan` has no tags.
    boost::asio::awaitable<Result<Completed>> run(Command command, LaunchPlan plan, Birth birth);

    /// As `ProcessRunner::end_kept`.
    boost::asio::awaitable<void> end(KeptOf whose);

    /// From now on, runs that are cancelled leave their commands running.
    void leave() { leaving_ = true; }

    /// How many run for this agent.
    std::size_t running() const { return running_.size(); }

    /// Outermost invocations of what is kept.
    std::set<std::string> roots() const;

private:
    struct Entry {
        KeptClaim claim;
        ProcessIdentity keeper; // process -1: it has none yet
        bool ended = false;     // when it was found
    };

    KeptFolder folder_of(const std::string& name) const { return KeptFolder{folder_ + "/" + name}; }
    std::map<std::string, Entry> read() const;
    boost::asio::awaitable<std::optional<KeeperLine>> line_to(std::string name);
    boost::asio::awaitable<Result<KeeperLine>> new_line(std::string name, KeptClaim claim, KeeperPlan plan,
                                                        Birth birth);
    boost::asio::awaitable<Result<Completed>> follow(std::string name, Command command, KeeperLine line);
    boost::asio::awaitable<void> forget(std::string name);

    Surroundings around_;
    BlockingPool& pool_;
    std::string folder_;
    std::map<std::string, Entry> entries_;
    std::set<std::string> running_;
    bool leaving_ = false;
};

} // namespace forager
