// Monitors of containers: those that a script declares, and those that its functions add and remove.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "base/ids.hpp"
#include "base/timestamp.hpp"
#include "ports/monitor_form.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Outcome declaration(Failure failure, const std::string& where)
{
    failure.declaration = true;
    failure.where = where;
    return failure;
}

std::string stem_of(const std::string& path)
{
    const std::size_t begin = path.rfind('/') + 1;
    return path.substr(begin, path.rfind('.') - begin);
}

// The same after a change of the script: an event of the queue must find its handler.
std::string handler_name(const std::string& path, const std::string& monitor)
{
    std::string name = "monitor.";
    for (const char letter : stem_of(path))
        name += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
    constexpr std::size_t enough = 8;
    return name + "." + derived_id(monitor, "").substr(0, enough);
}

Result<void> declare_handler(Script& script, Monitor& monitor, int reference)
{
    Function function;
    function.name = handler_name(script.path(), monitor.name);
    function.doc = "Handles the events of the monitor '" + monitor.name + "'.";
    function.variadic = true;
    monitor.function = function.name;
    return script.declare(std::move(function), script.handler(reference));
}

// declare_monitor(options, function): without a function the options name one.
Outcome declare_monitor(Request& request)
{
    Script& script = request.script;
    const std::string where = place_of(script.vm().current().thread);
    if (script.is_served())
        return Failure{Errc::bad_arguments, "monitor: a script declares monitors while it loads; a function adds them "
                                            "with forager.monitors.add"};
    Object options = table(request, 0);
    const auto* reference = request.arg(1).get<std::int64_t>();
    if (reference != nullptr)
        options.set("call", "a function of the script");
    options.set("owner", script.path());
    auto monitor = monitor_of(options);
    if (!monitor)
        return declaration(monitor.error(), where);
    if (options.find("name") == nullptr)
        monitor->name = stem_of(script.path()) + "/" + monitor->name;
    if (std::ranges::find(script.monitors, monitor->name, &Monitor::name) != script.monitors.end())
        return declaration({Errc::bad_arguments, "monitor: there are two of the name '" + monitor->name +
                                                     "' in this script: give one of them another 'name'"},
                           where);
    if (reference != nullptr)
        if (auto declared = declare_handler(script, *monitor, static_cast<int>(*reference)); !declared)
            return declared.error();
    std::string name = monitor->name;
    script.monitors.push_back(std::move(*monitor));
    return Outputs{Value{std::move(name)}};
}

// monitors_add(options): whether it is new.
asio::awaitable<Outcome> monitors_add(Request request)
{
    const auto monitors = request.script.world().monitors();
    if (!monitors)
        return failed(monitors.error());
    auto monitor = monitor_of(table(request, 0));
    if (!monitor)
        return failed(monitor.error());
    return one((*monitors)->add(std::move(*monitor)));
}

// monitors_remove(name): whether there was one.
asio::awaitable<Outcome> monitors_remove(Request request)
{
    const auto monitors = request.script.world().monitors();
    if (!monitors)
        return failed(monitors.error());
    return one((*monitors)->remove(text(request, 0)));
}

asio::awaitable<Outcome> monitors_list(Request request)
{
    const auto monitors = request.script.world().monitors();
    if (!monitors)
        co_return monitors.error();
    Array list;
    for (const MonitorStatus& status : (*monitors)->list())
        list.emplace_back(data_of(status));
    co_return Outputs{Value{std::move(list)}};
}

constexpr Binding bindings[] = {
    {"declare_monitor", declare_monitor, nullptr, true},
    {"monitors_add", Outside{monitors_add}, "true"},
    {"monitors_remove", Outside{monitors_remove}, "true"},
    {"monitors_list", Outside{monitors_list}, "[]"},
};

} // namespace

std::span<const Binding> monitor_bindings()
{
    return bindings;
}

} // namespace forager::scripting
