// Whether a stored backup is whole, and can be restored.
#pragma once

#include "functions/backup/request.hpp"
#include "functions/backup/stored.hpp"
#include "functions/backup/work.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::backup {

/// Downloads it, compares it with what is known of it, and reads its content to the end; with `restore_test` of a
/// database into a scratch one, which is dropped afterwards. Failures say what is wrong with it.
boost::asio::awaitable<Result<Object>> verify(const Work& work, Found found, Request request);

} // namespace forager::backup
