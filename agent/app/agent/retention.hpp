// Forgets what ended long ago, and what is too much, for as long as the agent serves.
#pragma once

#include "ports/clock.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace forager {

/// The names of the schedules that are served: how far the others have come is forgotten, too.
using ServedSchedules = std::function<std::vector<std::string>()>;

/// Until it is cancelled; store and clock must outlive it.
boost::asio::awaitable<void> keep_forgetting(store::Store& store, Clock& clock, store::Retention retention,
                                             ServedSchedules served);

} // namespace forager
