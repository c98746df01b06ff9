// Asks the engine about single containers, for monitors of what its list does not tell: restarts, memory, processor
// time. A few at once. On the strand.
#pragma once

#include "sources/monitor/engine.hpp"
#include "sources/monitor/lanes.hpp"
#include "sources/monitor/monitor_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace forager::monitoring {

class Gauge {
public:
    /// `read`: its readings are new, or could not be had. The engine must outlive it.
    Gauge(Engine& engine, Spawn spawn, std::function<void(Watched& watched)> read);

    /// Nothing happens while the same is being read.
    void read(Watched& watched, std::string id);

private:
    boost::asio::awaitable<void> ask(SharedWatched watched, std::string id);
    boost::asio::awaitable<void> ask_restarts(SharedWatched watched, std::string id);
    boost::asio::awaitable<void> ask_usage(SharedWatched watched, std::string id);

    Engine& engine_;
    std::function<void(Watched& watched)> read_;
    Lanes lanes_;
};

} // namespace forager::monitoring
