// Watches containers for all monitors: hears the engine's events, looks at the list when a connection begins and after
// every interval, and puts what is news into the durable queue, written down before, so that a death of the agent
// neither loses nor repeats it. One for the agent, on the strand.
#pragma once

#include "io/event.hpp"
#include "io/nap.hpp"
#include "ports/clock.hpp"
#include "ports/monitor_records.hpp"
#include "ports/monitors.hpp"
#include "ports/queue.hpp"
#include "sources/monitor/container_view.hpp"
#include "sources/monitor/engine.hpp"
#include "sources/monitor/gauge.hpp"
#include "sources/monitor/lanes.hpp"
#include "sources/monitor/monitor_list.hpp"
#include "sources/monitor/teller.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager::monitoring {

class MonitorSource final : public Monitors {
public:
    /// More are refused.
    static constexpr std::size_t most_monitors = 100'000;

    /// All must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        Random& random;
        Engine& engine;
        Queue& queue;
        MonitorRecords& records;
        Spawn spawn;
        std::function<void()> wanted;                         ///< there are monitors now, or none any more
        std::function<void()> doubt;                          ///< the engine did not answer
        std::function<void(const std::string& message)> tell; ///< what an operator should know, a sentence each
    };

    explicit MonitorSource(Parts parts);

    boost::asio::awaitable<Result<bool>> add(Monitor monitor) override;
    boost::asio::awaitable<Result<bool>> remove(std::string name) override;
    std::vector<MonitorStatus> list() const override;

    /// The scripts declare these and no others from now on.
    void declare(std::vector<Monitor> monitors);

    /// Never returns. Ends with `operation_aborted` when it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    bool empty() const { return list_.empty(); }

    /// The engine tells of everything from now on; it does not any more; it tells of this.
    void opened();
    void closed();
    void take(const docker::Event& event);

private:
    boost::asio::awaitable<void> load();
    void settle_declared();
    void declare_one(Monitor monitor);
    void refuse(const Monitor& monitor, const std::string& reason) const;
    void insert(Monitor monitor, std::map<std::string, ToldState> told);
    void erase(const std::string& name);
    bool is_anew(const Monitor& monitor);
    void told(Watched& watched);

    void begin_look();
    boost::asio::awaitable<void> look_at_list();
    void look_at(Entry& entry);
    void look_at_those(const std::string& name, bool begins);
    void look_at_one(Watched& watched, bool begins);
    void look(Watched& watched);
    void act(Watched& watched);
    void arm(Watched& watched);
    TimePoint next() const;
    void tell(Watched& watched, bool ok, std::size_t changes, const Sighting* sighting);

    Parts parts_;
    Nap nap_;
    Event loaded_;
    MonitorList list_;
    ContainerView view_;
    std::optional<std::vector<Monitor>> declared_; // not settled yet
    bool open_ = false;                            // the engine tells of everything
    bool fresh_ = false;                           // and was looked at since it does
    bool looking_ = false;
    bool look_asked_ = false;
    TimePoint looked_{};
    Teller teller_;
    Gauge gauge_;
};

} // namespace forager::monitoring
