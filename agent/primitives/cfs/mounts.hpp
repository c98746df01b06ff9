// The files of one process: brought before it runs, stored after it, below the folder that processes have for files.
// On the strand.
#pragma once

#include "core/file_mounts.hpp"
#include "core/outcome.hpp"
#include "core/sync_plan.hpp"
#include "primitives/cfs/files.hpp"
#include "primitives/cfs/folder_lock.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace forager::cfs {

/// Hears what is done, line by line, on the strand.
using Say = std::function<void(const std::string& line)>;

class Mounts {
public:
    Mounts(Files files, FileMounts wanted, std::string process, Say say)
        : files_{std::move(files)}, wanted_{std::move(wanted)}, process_{std::move(process)}, say_{std::move(say)}
    {
    }

    /// Has the folders for itself from now on; processes that want the same ones wait for each other. Failures: refused
    /// (no root is configured, a link leads out of it).
    boost::asio::awaitable<Result<void>> open();

    /// How the process ended, where that was remembered and its files were not stored: by an agent that died meanwhile.
    boost::asio::awaitable<std::optional<Outcome>> remembered();

    /// A try begins. Where one did before that was cut off, `bring` stores nothing of what it has left: only the end
    /// does.
    boost::asio::awaitable<void> begin();

    /// Before the process runs.
    boost::asio::awaitable<Result<void>> bring();

    /// The process has ended: should the agent die before `store` is through, the next one need not run it again.
    boost::asio::awaitable<void> remember(const Outcome& outcome);

    /// After it, and before anybody is told of its end: what it has left is stored; of one that failed, what is wanted
    /// of such.
    boost::asio::awaitable<Result<void>> store(bool failed);

    /// It is not tried again: snapshots and local files that are not to be kept go.
    boost::asio::awaitable<void> finish();

    /// It was cancelled. `is_over`: it is not run again; else the colony is asked whether it gives the process `lent`
    /// to somebody once more (empty: it may be run again), and then all stays as it is. What had ended already is
    /// stored by the next agent.
    boost::asio::awaitable<void> abandon(bool is_over, std::string lent);

    /// What was remembered of the end is of no more use; `for_good`: nor that it has begun.
    boost::asio::awaitable<void> forget(bool for_good);

private:
    boost::asio::awaitable<Result<std::string>> folder(std::string dir);
    boost::asio::awaitable<Result<void>> bring_snapshot(SnapshotMount mount);
    boost::asio::awaitable<Result<void>> sync_folder(FolderMount mount, SyncRules rules);
    boost::asio::awaitable<bool> is_given_again(std::string lent);
    boost::asio::awaitable<void> drop_snapshot(SnapshotMount mount);
    boost::asio::awaitable<void> remove_files(std::string dir);
    boost::asio::awaitable<void> clear();
    boost::asio::awaitable<void> remove_note(std::string name);
    std::string note_file(std::string_view name) const;

    Files files_;
    FileMounts wanted_;
    std::string process_;
    Say say_;
    FolderLock lock_;
    bool has_begun_before_ = false;
    bool has_ended_ = false;
};

} // namespace forager::cfs
