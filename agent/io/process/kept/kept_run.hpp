// A kept command as the agent sees it: what its keeper says becomes its lines and its result. Whether this agent has
// started it or one before makes no difference. Used by the kept commands, on the strand.
#pragma once

#include "io/pool.hpp"
#include "io/process/child_run.hpp"
#include "io/process/kept/kept_folder.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager {

/// The way to a keeper.
struct KeeperLine {
    Descriptor words;    ///< from it; none: it has ended, its result says everything
    Descriptor plan;     ///< to its stdin, where this agent has started it
    std::string to_plan; ///< what it is told there
    ProcessIdentity keeper;
    Descriptor pidfd;  ///< the keeper, where it lives
    bool ours = false; ///< a child of this process

    KeeperLine() = default;
};

/// What a kept command's run may ask for.
struct KeptPlace {
    KeptFolder folder;
    BlockingPool& pool;  ///< for the folder's files
    const bool& leaving; ///< the agent stops: whoever is cancelled now leaves the command running
};

/// What remains after a run, also after one that threw.
struct KeptRemains {
    bool command = false; ///< it goes on
    bool result = false;  ///< it can be asked for again
};

/// As `run_child`.
boost::asio::awaitable<Result<Completed>> run_kept(Surroundings around, Command command, KeptPlace place,
                                                   KeeperLine line, KeptRemains& remains);

} // namespace forager
