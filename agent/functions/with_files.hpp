// Work of `execute` that has files of the colony: brought before it, stored after it and before anybody hears of its
// end.
#pragma once

#include "core/file_mounts.hpp"
#include "core/outcome.hpp"
#include "ports/observer.hpp"
#include "primitives/cfs/access.hpp"
#include "runtime/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager {

/// The files that the keyword argument `fs` asks for, in either form. Failures: bad_arguments, before anything runs.
Result<FileMounts> files_wanted_by(const Invocation& invocation);

/// What the work gives, when its files are stored; where that fails, the failure of that. The work is not begun where
/// its files cannot be brought, and not where it had ended already when an agent before this one died.
boost::asio::awaitable<Outcome> with_files(const cfs::FilesAccess& files, const Invocation& invocation,
                                           Observer& observer, FileMounts wanted, boost::asio::awaitable<Outcome> work);

/// FAMILY.sync: brings the files and is done. `files` must outlive the registry.
void add_sync(Registry& registry, const std::string& family, const cfs::FilesAccess& files);

} // namespace forager
