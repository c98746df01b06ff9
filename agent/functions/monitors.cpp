#include "functions/monitors.hpp"

#include "functions/builtin_function.hpp"
#include "ports/monitor_form.hpp"

#include <boost/asio/awaitable.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

using Work = asio::awaitable<Outcome> (*)(Monitors& monitors, const Invocation& invocation);

class MonitorFunction final : public Handler {
public:
    MonitorFunction(const MonitorsAccess& monitors, Work work) : monitors_{monitors}, work_{work} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer&) override
    {
        const auto monitors = monitors_();
        if (!monitors)
            co_return monitors.error();
        auto outcome = co_await work_(**monitors, invocation);
        co_return outcome;
    }

private:
    const MonitorsAccess& monitors_;
    Work work_;
};

// A script alone is an owner.
asio::awaitable<Outcome> add(Monitors& monitors, const Invocation& invocation)
{
    Object options;
    for (const Member& member : invocation.kwargs)
        if (member.name != "owner")
            options.append(member.name, member.value);
    if (!invocation.args.empty())
        options.set("container", invocation.args.front());
    auto monitor = monitor_of(options);
    if (!monitor)
        co_return monitor.error();
    const auto fresh = co_await monitors.add(std::move(*monitor));
    if (!fresh)
        co_return fresh.error();
    co_return Outputs{Value{*fresh}};
}

asio::awaitable<Outcome> list(Monitors& monitors, const Invocation&)
{
    Array list;
    for (const MonitorStatus& status : monitors.list())
        list.emplace_back(data_of(status));
    co_return Outputs{Value{std::move(list)}};
}

asio::awaitable<Outcome> remove(Monitors& monitors, const Invocation& invocation)
{
    const Value* name = invocation.args.empty() ? invocation.kwargs.find("name") : &invocation.args.front();
    const auto* text = name == nullptr ? nullptr : name->get<std::string>();
    if (text == nullptr)
        co_return invalid_argument(": the name of one monitor is needed, as in " + invocation.function + " web");
    const auto removed = co_await monitors.remove(*text);
    if (!removed)
        co_return removed.error();
    co_return Outputs{Value{*removed}};
}

void add(Registry& registry, const MonitorsAccess& monitors, std::string name, std::string doc, Work work)
{
    Function function;
    function.name = std::move(name);
    function.doc = std::move(doc);
    function.variadic = true;
    function.raw = true;
    add_function(registry, std::move(function), std::make_shared<MonitorFunction>(monitors, work));
}

} // namespace

void add_monitors(Registry& registry, const MonitorsAccess& monitors)
{
    add(registry, monitors, "docker.monitor",
        "Has a function called when a container is not as expected, until the monitor is removed; gives whether its "
        "name is new. Keywords: those of forager.monitors.add.",
        add);
    add(registry, monitors, "docker.monitors", "The monitors of containers, and how those are.", list);
    add(registry, monitors, "docker.remove_monitor", "Removes a monitor by its name; gives whether there was one.",
        remove);
}

} // namespace forager
