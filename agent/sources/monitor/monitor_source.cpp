#include "sources/monitor/monitor_source.hpp"

#include "ports/monitor_form.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

constexpr Duration pause_to_load = std::chrono::seconds{5};

} // namespace

MonitorSource::MonitorSource(Parts parts)
    : parts_{std::move(parts)},
      nap_{parts_.executor, parts_.clock},
      loaded_{parts_.executor},
      teller_{{parts_.clock, parts_.random, parts_.queue, parts_.records, [this](Watched& watched) { told(watched); },
               [this](Watched& watched) { arm(watched); }, parts_.tell},
              parts_.spawn},
      gauge_{parts_.engine, parts_.spawn, [this](Watched& watched) { look(watched); }}
{
}

asio::awaitable<void> MonitorSource::run()
{
    if (!loaded_.happened())
        co_await load();
    for (;;) {
        settle_declared();
        begin_look();
        while (const auto due = list_.take_due(parts_.clock.now()))
            act(*due);
        co_await nap_.until(next());
    }
}

asio::awaitable<void> MonitorSource::load()
{
    for (;;) {
        auto kept = co_await parts_.records.all();
        if (kept) {
            for (KeptMonitor& one : *kept)
                insert(std::move(one.monitor), std::move(one.told));
            break;
        }
        parts_.tell("the monitors cannot be read, which is tried again: " + kept.error().message);
        co_await sleep_for(parts_.clock, pause_to_load);
    }
    loaded_.set();
}

void MonitorSource::declare(std::vector<Monitor> monitors)
{
    declared_ = std::move(monitors);
    nap_.wake();
}

void MonitorSource::settle_declared()
{
    if (!declared_)
        return;
    const std::vector<Monitor> declared = *std::exchange(declared_, std::nullopt);
    std::map<std::string, const Monitor*> wanted;
    for (const Monitor& monitor : declared)
        if (const auto first = wanted.emplace(monitor.name, &monitor).first->second; first != &monitor)
            refuse(monitor, "the script " + first->owner + " declares one of that name");
    std::vector<std::string> gone;
    for (const auto& [name, entry] : list_.all())
        if (!entry.monitor->owner.empty() && !wanted.contains(name))
            gone.push_back(name);
    for (const std::string& name : gone) {
        erase(name);
        parts_.records.forget_soon(name);
    }
    for (const auto& [name, monitor] : wanted)
        declare_one(*monitor);
}

void MonitorSource::refuse(const Monitor& monitor, const std::string& reason) const
{
    parts_.tell("the monitor '" + monitor.name + "' of " + monitor.owner + " is not served: " + reason);
}

void MonitorSource::declare_one(Monitor monitor)
{
    const Entry* known = list_.find(monitor.name);
    if (known != nullptr && *known->monitor == monitor)
        return;
    if (known != nullptr && known->monitor->owner.empty()) {
        refuse(monitor, "there is one of that name already, which no script declares");
        return;
    }
    const bool anew = is_anew(monitor);
    parts_.records.keep_soon(monitor, anew);
    auto told = anew ? std::map<std::string, ToldState>{} : told_of(*list_.find(monitor.name));
    insert(std::move(monitor), std::move(told));
}

asio::awaitable<Result<bool>> MonitorSource::add(Monitor monitor)
{
    if (auto fine = check(monitor); !fine)
        co_return fine.error();
    while (!loaded_.happened())
        co_await loaded_.wait();
    const Entry* known = list_.find(monitor.name);
    const bool fresh = known == nullptr;
    if (fresh && list_.all().size() >= most_monitors)
        co_return Failure{Errc::limit, "there are " + std::to_string(most_monitors) +
                                           " monitors already: remove some that nobody needs"};
    if (!fresh && !known->monitor->owner.empty())
        co_return Failure{Errc::refused, "the script " + known->monitor->owner + " declares the monitor '" +
                                             monitor.name + "': choose another name"};
    const bool anew = is_anew(monitor);
    auto kept = co_await parts_.records.keep(monitor, anew);
    if (!kept)
        co_return kept.error();
    Entry* const earlier = list_.find(monitor.name);
    auto told = anew || earlier == nullptr ? std::map<std::string, ToldState>{} : told_of(*earlier);
    insert(std::move(monitor), std::move(told));
    co_return fresh;
}

asio::awaitable<Result<bool>> MonitorSource::remove(std::string name)
{
    while (!loaded_.happened())
        co_await loaded_.wait();
    const Entry* known = list_.find(name);
    if (known == nullptr)
        co_return false;
    if (!known->monitor->owner.empty())
        co_return Failure{Errc::refused, "the script " + known->monitor->owner + " declares the monitor '" + name +
                                             "': it goes with the declaration"};
    erase(name);
    auto forgotten = co_await parts_.records.forget(std::move(name));
    if (!forgotten)
        co_return forgotten.error();
    co_return true;
}

// Whether what an earlier one of its name has told says nothing of it.
bool MonitorSource::is_anew(const Monitor& monitor)
{
    const Entry* known = list_.find(monitor.name);
    if (known == nullptr || known->is_over())
        return true;
    return known->monitor->of != monitor.of || known->monitor->expect != monitor.expect;
}

void MonitorSource::insert(Monitor monitor, std::map<std::string, ToldState> told)
{
    Entry& entry = list_.put(std::move(monitor), std::move(told));
    for (const auto& [container, watched] : entry.containers)
        if (watched->told.pending)
            teller_.deliver(*watched);
    look_at(entry);
    parts_.wanted();
    nap_.wake();
}

void MonitorSource::erase(const std::string& name)
{
    list_.remove(name);
    parts_.wanted();
}

std::vector<MonitorStatus> MonitorSource::list() const
{
    std::vector<MonitorStatus> list;
    for (const auto& [name, entry] : list_.all())
        list.push_back(status_of(entry));
    return list;
}

void MonitorSource::opened()
{
    open_ = true;
    look_asked_ = true;
    view_.miss_events();
    nap_.wake();
}

void MonitorSource::closed()
{
    open_ = false;
    fresh_ = false;
}

void MonitorSource::take(const docker::Event& event)
{
    const std::vector<std::string> names = view_.take(event, parts_.clock.now());
    if (!fresh_)
        return;
    const bool begins = event.action == "start";
    for (const std::string& name : names)
        look_at_those(name, begins);
}

} // namespace forager::monitoring
