// The colony's files of the settings, for commands and for the agent: its server and its object store together.
#pragma once

#include "app/app.hpp"
#include "config/config.hpp"
#include "primitives/cfs/files.hpp"

namespace forager {

/// What records say of where the bytes are. Failures: bad_arguments (an endpoint that is none).
Result<cfs::Place> place_of(const config::S3Config& s3);

/// Asked as the app's member of the colony; the bytes are in the app's object store. `settings` and the app must
/// outlive it. Failures: refused, with what to set.
cfs::FilesAccess files_access(const config::Settings& settings, App& app);

} // namespace forager
