#include "store/monitor_table.hpp"

#include "ports/monitor_form.hpp"
#include "store/sealed.hpp"
#include "store/times.hpp"

#include <map>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

Object state_of(const ToldState& told)
{
    Object state{{"ok", told.ok}, {"events", told.events}};
    if (told.last)
        state.append("last", to_milliseconds(*told.last));
    if (told.pending)
        state.append("pending", *told.pending);
    return state;
}

ToldState told_in(const Object& state)
{
    ToldState told;
    told.ok = part<bool>(state, "ok");
    told.events = static_cast<std::uint64_t>(part<std::int64_t>(state, "events"));
    if (state.find("last") != nullptr)
        told.last = from_milliseconds(part<std::int64_t>(state, "last"));
    if (state.find("pending") != nullptr)
        told.pending = part<Object>(state, "pending");
    return told;
}

std::optional<Object> object_in(const std::string& text)
{
    auto value = unseal(text);
    auto* object = value ? value->get<Object>() : nullptr;
    return object == nullptr ? std::nullopt : std::optional{std::move(*object)};
}

std::vector<KeptMonitor> read_all(Connection& database)
{
    std::map<std::string, KeptMonitor> monitors;
    Prepared query{database, "SELECT name, monitor FROM monitor"};
    while (query.executeStep()) {
        const auto data = object_in(query.getColumn(1).getString());
        auto monitor = data ? monitor_of(*data) : Result<Monitor>{unreadable()};
        if (monitor)
            monitors[query.getColumn(0).getString()].monitor = std::move(*monitor);
    }
    Prepared states{database, "SELECT monitor, container, state FROM monitored"};
    while (states.executeStep()) {
        const auto monitor = monitors.find(states.getColumn(0).getString());
        const auto state = object_in(states.getColumn(2).getString());
        if (monitor != monitors.end() && state)
            monitor->second.told.emplace(states.getColumn(1).getString(), told_in(*state));
    }
    std::vector<KeptMonitor> list;
    for (auto& [name, monitor] : monitors)
        list.push_back(std::move(monitor));
    return list;
}

void remove_states(Connection& database, const std::string& monitor)
{
    Prepared remove{database, "DELETE FROM monitored WHERE monitor = ?"};
    remove.bind(1, monitor);
    remove.exec();
}

Writer::Job keeping(Monitor monitor, bool anew)
{
    return [name = monitor.name, text = seal(Value{data_of(monitor)}), anew](Connection& database) {
        if (anew)
            remove_states(database, name);
        Prepared insert{database, "INSERT OR REPLACE INTO monitor (name, monitor) VALUES (?, ?)"};
        SQLite::bind(insert, name, text);
        insert.exec();
    };
}

// Of a monitor that was removed meanwhile nothing is noted.
Writer::Job noting(std::string monitor, std::string container, const ToldState& told)
{
    return [monitor = std::move(monitor), container = std::move(container),
            text = seal(Value{state_of(told)})](Connection& database) {
        Prepared insert{database, "INSERT OR REPLACE INTO monitored (monitor, container, state) "
                                  "SELECT name, ?2, ?3 FROM monitor WHERE name = ?1"};
        SQLite::bind(insert, monitor, container, text);
        insert.exec();
    };
}

Writer::Job forgetting(std::string monitor)
{
    return [monitor = std::move(monitor)](Connection& database) {
        remove_states(database, monitor);
        Prepared remove{database, "DELETE FROM monitor WHERE name = ?"};
        remove.bind(1, monitor);
        remove.exec();
    };
}

} // namespace

asio::awaitable<Result<std::vector<KeptMonitor>>> MonitorTable::all()
{
    return writer_.ask<std::vector<KeptMonitor>>([](Connection& database) { return read_all(database); });
}

asio::awaitable<Result<void>> MonitorTable::keep(Monitor monitor, bool anew)
{
    return writer_.run(keeping(std::move(monitor), anew));
}

asio::awaitable<Result<void>> MonitorTable::note(std::string monitor, std::string container, ToldState told)
{
    return writer_.run(noting(std::move(monitor), std::move(container), told));
}

asio::awaitable<Result<void>> MonitorTable::forget(std::string monitor)
{
    return writer_.run(forgetting(std::move(monitor)));
}

void MonitorTable::keep_soon(Monitor monitor, bool anew)
{
    writer_.post(keeping(std::move(monitor), anew), Durable::soon);
}

void MonitorTable::note_soon(std::string monitor, std::string container, ToldState told)
{
    writer_.post(noting(std::move(monitor), std::move(container), told), Durable::soon);
}

void MonitorTable::forget_soon(std::string monitor)
{
    writer_.post(forgetting(std::move(monitor)), Durable::soon);
}

void MonitorTable::forget_one_soon(std::string monitor, std::string container)
{
    Writer::Job job = [monitor = std::move(monitor), container = std::move(container)](Connection& database) {
        Prepared remove{database, "DELETE FROM monitored WHERE monitor = ? AND container = ?"};
        SQLite::bind(remove, monitor, container);
        remove.exec();
    };
    writer_.post(std::move(job), Durable::soon);
}

} // namespace forager::store
