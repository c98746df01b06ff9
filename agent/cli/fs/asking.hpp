// What the commands of `forager fs` share: files of the colony of the configuration, signed with [colony] key.
#pragma once

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "core/outcome.hpp"
#include "primitives/cfs/files.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace forager::cli {

/// What is done with the files; `tell` says how far it has come. It is called once, and what it refers to outlives what
/// it gives.
using FilesWork =
    std::function<boost::asio::awaitable<Outcome>(cfs::Files files, std::function<void(std::string_view)> tell)>;

/// Does it, with progress of this name on a terminal, and prints: as JSON, or as `shown` says. Gives the exit status.
int with_files(const Common& common, const std::string& name, const FilesWork& work,
               const std::function<std::string(const Value&)>& shown);

/// "12 MB of 3 GB", for `tell`.
TransferProgress telling_bytes(std::function<void(std::string_view)> tell);

/// A count with its noun: "1 file", "2 files".
std::string counted(std::int64_t count, const std::string& noun);

/// As one output.
template <class T> boost::asio::awaitable<Outcome> as_outcome(boost::asio::awaitable<Result<T>> work)
{
    auto result = co_await std::move(work);
    if (result.has_error())
        co_return std::move(result).error();
    if constexpr (std::is_same_v<T, void>)
        co_return Outputs{};
    else
        co_return Outputs{Value{std::move(*result)}};
}

/// The commands below `forager fs snapshot`, and `forager fs sync`.
void add_snapshot(CLI::App& fs, Action& chosen);
void add_sync(CLI::App& fs, Action& chosen);

} // namespace forager::cli
