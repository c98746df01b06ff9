// Waits until the agent's scripts are to be loaded anew: somebody asks, or a file is new, changed or gone.
#pragma once

#include "io/event.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace forager {

struct ReloadLoop {
    Clock& clock;
    Event& asked;                                          ///< cleared when it is heard
    std::function<boost::asio::awaitable<bool>()> changed; ///< whether files did; empty: nobody looks
    std::function<boost::asio::awaitable<void>()> reload;

    /// Until it is cancelled; must outlive that.
    boost::asio::awaitable<void> run();
};

} // namespace forager
