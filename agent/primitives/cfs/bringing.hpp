// The part of the sync that snapshots share: files of the colony that are known already come into a folder.
#pragma once

#include "primitives/cfs/files.hpp"
#include "primitives/cfs/sync.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace forager::cfs {

/// As `sync`, downwards alone: these files win over those that are there, and what is there beside them stays. The
/// wish's label is in its one form, and above those of all files.
boost::asio::awaitable<Result<SyncReport>> bring(Files files, SyncWish wish, std::vector<RemoteFile> remote);

} // namespace forager::cfs
