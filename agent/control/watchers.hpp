// Clients that wait for news of an invocation: its end, or a line of it. One for the agent, on the strand.
#pragma once

#include "runtime/wait_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <string>

namespace forager::control {

class Watchers {
public:
    enum class News { line, end };

    class Watcher;

    /// Whoever waits for it hears of it; who waits for a line hears of the end, too.
    void tell(const std::string& id, News news);

private:
    std::multimap<std::string, Watcher*, std::less<>> watching_;
};

/// Hears what is told from its beginning on. Must not outlive the watchers.
class Watchers::Watcher {
public:
    Watcher(Watchers& watchers, std::string id, News wanted);
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher();

    /// Waits until there is news that an earlier call has not given. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<void> news();

private:
    friend class Watchers;

    Watchers& watchers_;
    News wanted_;
    std::multimap<std::string, Watcher*, std::less<>>::iterator place_;
    WaitList waiting_;
    bool told_ = false;
};

} // namespace forager::control
