// Snapshots of a label: its newest revisions and those of the labels below it, as they were once. The server keeps the
// list alone: who removes a file removes it from its snapshots, too.
#pragma once

#include "core/value.hpp"
#include "primitives/cfs/files.hpp"
#include "primitives/cfs/sync.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::cfs {

/// `id`, `name`, `label`, `files` (how many), `added`. Failures: bad_arguments (a name with a colon), refused (the name
/// is taken; the label holds no file of its own, of which the server makes an empty one), not_found (an empty label).
boost::asio::awaitable<Result<Object>> create_snapshot(Files files, std::string label, std::string name);

/// By its id or its name. Failures: not_found.
boost::asio::awaitable<Result<Object>> get_snapshot(Files files, std::string snapshot);

/// The newest first.
boost::asio::awaitable<Result<Array>> list_snapshots(Files files);

/// By its id or its name. Failures: not_found.
boost::asio::awaitable<Result<void>> remove_snapshot(Files files, std::string snapshot);

/// Its files into a folder, which is made; files of labels below the snapshot's go into folders below it. What is there
/// with this content is left, other content is replaced. Failures, beside those of all: not_found, naming the files
/// that were removed since: the others are there.
boost::asio::awaitable<Result<SyncReport>> download_snapshot(Files files, std::string snapshot, SyncWish wish);

} // namespace forager::cfs
