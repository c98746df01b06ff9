// A new backup: made, stored, compared, and old ones removed.
#pragma once

#include "functions/backup/request.hpp"
#include "functions/backup/work.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager::backup {

/// The result: filename, bucket, filepath_s3, exectime_backup, size, size_s3, exectime_upload_s3 (whole seconds), and
/// checksum, encrypted, removed. After a failure there is no backup in the store; a local copy that is complete stays,
/// and the failure names it.
boost::asio::awaitable<Result<Object>> make(const Work& work, Request request);

} // namespace forager::backup
