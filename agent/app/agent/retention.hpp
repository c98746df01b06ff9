// Forgets what ended long ago, and what is too much, for as long as the agent serves.
#pragma once

#include "ports/clock.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace forager {

/// The names of what scripts declare at this moment: how far other schedules have come, and which files other watches
/// have handled, is forgotten, too.
struct Served {
    std::function<std::vector<std::string>()> schedules;
    std::function<std::vector<std::string>()> watches;
};

/// Until it is cancelled; store and clock must outlive it.
boost::asio::awaitable<void> keep_forgetting(store::Store& store, Clock& clock, store::Retention retention,
                                             Served served);

} // namespace forager
