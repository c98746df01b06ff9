// The folders that commands begin in where they name none: one for each scope that has commands, made for the first of
// them and removed with all that it holds when the scope ends. Those of work that is resumed after a restart stay until
// its root has ended. On the strand; the files are touched on the pool.
#pragma once

#include "io/pool.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace forager {

class ScratchFolders {
public:
    using IsResumed = std::function<bool(const std::string& root)>;

    /// They lie in `path`, which is made when it is needed. `pool` must outlive it.
    ScratchFolders(BlockingPool& pool, std::string path, IsResumed is_resumed);

    /// Removes what is there from before, but for what lasts.
    boost::asio::awaitable<void> open();

    /// The folder of the scope, or the one that lasts where its root is resumed. For its owner alone. Failures: those
    /// of the system.
    boost::asio::awaitable<Result<std::string>> of(ScopeId scope, std::optional<LastingFolder> lasting);

    /// Removes the scope's own one.
    boost::asio::awaitable<void> remove(ScopeId scope);

    /// The roots of those that last.
    std::set<std::string> roots() const { return roots_; }

    /// Removes those of one root.
    boost::asio::awaitable<void> remove_lasting(std::string root);

private:
    boost::asio::awaitable<Result<void>> make(std::string path);
    boost::asio::awaitable<void> remove_tree(std::string path);

    BlockingPool& pool_;
    std::string path_;
    IsResumed is_resumed_;
    std::map<ScopeId, std::string> own_;
    std::set<std::string> roots_;
    std::set<std::string> made_; // those that last and were made by this process
    std::size_t last_gone_ = 0;
};

} // namespace forager
