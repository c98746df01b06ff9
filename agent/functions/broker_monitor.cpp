#include "functions/broker_monitor.hpp"
#include "functions/builtin_function.hpp"

#include "base/duration.hpp"
#include "core/container_request.hpp"
#include "core/options.hpp"
#include "ports/monitor_form.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr const char* monitored = "broker.monitored";
constexpr Duration usual_interval = std::chrono::seconds{10}; // as upstream's

// One request, one monitor: two that say the same are both answered.
Result<Monitor> monitor_for(const ContainerRequest& request, const Invocation& invocation)
{
    const auto interval = duration_option(request.fields, "interval");
    if (!interval)
        return interval.error();
    Object kwargs;
    for (const char* name : {"name", "broker", "response_channel", "id", "expect"})
        if (const Value* value = option(request.fields, name))
            kwargs.append(name, *value);
    const Value* once = option(request.fields, "once");
    const auto looks = std::clamp(interval->value_or(usual_interval), shortest_interval, longest_interval);
    Object options{{"name", "broker " + invocation.id},
                   {"container", request.name},
                   {"interval", to_seconds(looks)},
                   {"once", once == nullptr ? Value{true} : *once},
                   {"call", monitored},
                   {"kwargs", std::move(kwargs)}};
    if (const Value* expect = option(request.fields, "expect"))
        options.append("expect", *expect);
    return monitor_of(options);
}

class BrokerMonitor final : public Handler {
public:
    explicit BrokerMonitor(MonitorsAccess monitors) : monitors_{std::move(monitors)} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer&) override
    {
        auto request = container_request(ContainerAction::monitor, invocation.kwargs);
        if (!request)
            co_return request.error();
        auto monitor = monitor_for(*request, invocation);
        if (!monitor)
            co_return monitor.error();
        const auto monitors = monitors_();
        if (!monitors)
            co_return monitors.error();
        const auto added = co_await (*monitors)->add(std::move(*monitor));
        if (!added)
            co_return added.error();
        co_return Outputs{};
    }

private:
    MonitorsAccess monitors_;
};

// The form of upstream's message.
Object told_of(const Invocation& invocation, const Object& event)
{
    const Value* time = event.find("time");
    const Value* status = event.find("status");
    // One that is paused runs for the engine, but not for who asks whether it works.
    const bool is_running = part<std::string>(event, "status") == "running";
    Object told{{"container", part<std::string>(invocation.kwargs, "name")},
                {"timestamp", time == nullptr ? Value{} : *time},
                {"running", is_running},
                {"current_status", status == nullptr ? Value{"missing"} : *status}};
    if (option(invocation.kwargs, "expect") == nullptr)
        return told;
    for (const char* name : {"ok", "reason", "health"}) // not upstream's: it expects one thing alone
        if (const Value* value = event.find(name))
            told.append(name, *value);
    return told;
}

class BrokerMonitored final : public Handler {
public:
    explicit BrokerMonitored(RepliesAccess replies) : replies_{std::move(replies)} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer&) override
    {
        const auto* event = invocation.args.empty() ? nullptr : invocation.args.front().get<Object>();
        if (event == nullptr)
            co_return invalid_argument(": the event of a monitor is needed");
        const auto replies = replies_();
        if (!replies)
            co_return replies.error();
        const Value* id = invocation.kwargs.find("id");
        ReplyTo to{part<std::string>(invocation.kwargs, "broker"),
                   part<std::string>(invocation.kwargs, "response_channel"), id == nullptr ? Value{} : *id};
        const auto wanted = co_await (*replies)->want(invocation.id, std::move(to));
        if (!wanted)
            co_return wanted.error();
        co_return Outputs{Value{told_of(invocation, *event)}};
    }

private:
    RepliesAccess replies_;
};

void add(Registry& registry, const char* name, const char* doc, std::shared_ptr<Handler> handler)
{
    Function function;
    function.name = name;
    function.doc = doc;
    function.variadic = true;
    function.raw = true;
    add_function(registry, std::move(function), std::move(handler));
}

} // namespace

void add_broker_monitor(Registry& registry, MonitorsAccess monitors, RepliesAccess replies)
{
    add(registry, "broker.monitor",
        "Tells over a broker when a container is not as expected any more, once. Keywords: name, response_channel, "
        "interval, expect, once, id, broker.",
        std::make_shared<BrokerMonitor>(std::move(monitors)));
    add(registry, monitored, "Tells what a monitor of broker.monitor has seen.",
        std::make_shared<BrokerMonitored>(std::move(replies)));
}

} // namespace forager
