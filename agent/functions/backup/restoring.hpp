// A stored backup back into a database, a folder or a file.
#pragma once

#include "functions/backup/request.hpp"
#include "functions/backup/stored.hpp"
#include "functions/backup/work.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager::backup {

/// All of it or nothing: what was there is as before when it fails. Failures: refused, where something is there and
/// `clean` does not allow to replace it.
boost::asio::awaitable<Result<Object>> restore(const Work& work, Found found, Request request);

} // namespace forager::backup
