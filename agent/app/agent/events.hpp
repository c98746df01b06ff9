// What reaches scripts by itself: their schedules and their watched files, as the scripts declare them. On the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/app.hpp"
#include "runtime/gate.hpp"
#include "scripting/script.hpp"
#include "sources/cron/cron_source.hpp"
#include "sources/queue/queue_source.hpp"
#include "sources/watch/watch_source.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class Events {
public:
    /// All that is passed must outlive it.
    Events(App& app, store::Store& store, QueueSource& queue, Gate& gate, const AgentObserver& observer,
           const AgentLog& log);

    /// These scripts and no others are served from now on.
    void serve(const std::vector<std::shared_ptr<scripting::Script>>& scripts);

    /// Names of the schedules that are served.
    std::vector<std::string> schedules() const;

    /// Names of the watches of files that are served.
    std::vector<std::string> watches() const;

    CronSource& cron() { return cron_; }
    const CronSource& cron() const { return cron_; }
    WatchSource& files() { return files_; }
    const WatchSource& files() const { return files_; }

private:
    boost::asio::awaitable<Result<void>> deliver(WatchEvent event);
    boost::asio::awaitable<void> call(Invocation invocation);

    // Of a watch, which is called like the function that handles its files.
    struct Handling {
        std::string event; // as the script names it
        bool durable = false;
    };

    App& app_;
    QueueSource& queue_;
    Gate& gate_;
    const AgentObserver& observer_;
    const AgentLog& log_;
    std::map<std::string, Handling> handling_;
    CronSource cron_;
    WatchSource files_;
};

} // namespace forager
