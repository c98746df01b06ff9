// Forgets what ended long ago, and what is too much, for as long as the agent serves.
#pragma once

#include "ports/clock.hpp"
#include "store/record_table.hpp"

#include <boost/asio/awaitable.hpp>

namespace forager {

/// Until it is cancelled; both must outlive it.
boost::asio::awaitable<void> keep_forgetting(store::RecordTable& records, Clock& clock, store::Retention retention);

} // namespace forager
