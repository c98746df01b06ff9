// Declaring functions, and when they are called.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "base/ids.hpp"
#include "core/arguments.hpp"
#include "core/broker_event.hpp"
#include "core/cron_expression.hpp"
#include "core/docker_event.hpp"
#include "core/file_pattern.hpp"
#include "core/hook_route.hpp"
#include "core/kubernetes_event.hpp"
#include "core/options.hpp"
#include "io/formats/json.hpp"
#include "io/time_zone.hpp"
#include "scripting/durability.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

#include <algorithm>
#include <cctype>

namespace forager::scripting {

namespace {

Outcome declaration(Failure failure)
{
    failure.declaration = true;
    return failure;
}

std::size_t count_option(const Value& options, std::string_view name)
{
    const Value* value = option(options, name);
    const auto* count = value == nullptr ? nullptr : value->get<std::int64_t>();
    return count == nullptr ? 0 : static_cast<std::size_t>(*count);
}

Result<std::vector<Parameter>> parameters(const Array& list)
{
    std::vector<Parameter> result;
    for (const Value& entry : list) {
        Parameter parameter{text_option(entry, "name"), *type_named(text_option(entry, "type")), {}};
        if (const Value* fallback = option(entry, "default")) {
            Value value = *fallback;
            if (const auto problem = settle(parameter, value))
                return Failure{Errc::bad_arguments, "the default of argument '" + parameter.name + "' " + *problem};
            parameter.fallback = std::move(value);
        }
        result.push_back(std::move(parameter));
    }
    return result;
}

// declare_function(declaration, function)
Outcome declare_function(Request& request)
{
    const Value& given = request.arg(0);
    Function function;
    function.name = text_option(given, "name");
    function.doc = text_option(given, "doc");
    function.retries = count_option(given, "retries");
    function.concurrency = count_option(given, "concurrency");
    auto timeout = duration_option(given, "timeout");
    if (!timeout)
        return timeout.error();
    function.timeout = *timeout;
    const Value* list = option(given, "parameters");
    function.variadic = list == nullptr;
    if (list != nullptr) {
        auto declared = parameters(*list->get<Array>());
        if (!declared) {
            Failure failure = declared.error();
            failure.message = "func '" + function.name + "': " + failure.message;
            return declaration(std::move(failure));
        }
        function.parameters = std::move(*declared);
    }
    const auto reference = static_cast<int>(*request.arg(1).get<std::int64_t>());
    function.durable = flag_option(given, "durable", false);
    function.version = text_option(given, "version");
    function.fails_when_changed = flag_option(given, "fails_when_changed", false);
    function.adopts = flag_option(given, "adopts", false);
    auto handler =
        function.durable ? request.script.durable_handler(reference, function) : request.script.handler(reference);
    auto declared = request.script.declare(std::move(function), std::move(handler));
    if (!declared)
        return declared.error();
    return Outputs{};
}

bool same_times(const Schedule& one, const Schedule& other)
{
    return one.name == other.name && one.cron == other.cron && one.zone == other.zone;
}

// All that the agent holds a schedule to, so that `check` and the agent say the same.
Result<void> check_schedule(const Script& script, const Schedule& schedule)
{
    if (const auto expression = CronExpression::parse(schedule.cron); !expression)
        return expression.error();
    if (const auto zone = find_time_zone(schedule.zone); !zone)
        return Failure{Errc::bad_arguments, "cron: " + zone.error().message};
    for (const Schedule& earlier : script.schedules)
        if (same_times(earlier, schedule))
            return Failure{Errc::bad_arguments, "cron: workflow '" + schedule.name + "' has the schedule '" +
                                                    schedule.cron + "' twice: leave one out"};
    return {};
}

// declare_cron(workflow, expression, options)
Outcome declare_cron(Request& request)
{
    Schedule schedule;
    schedule.name = *request.arg(0).get<std::string>();
    schedule.cron = *request.arg(1).get<std::string>();
    schedule.zone = text_option(request.arg(2), "zone");
    schedule.missed = text_option(request.arg(2), "missed");
    if (const auto checked = check_schedule(request.script, schedule); !checked)
        return declaration(checked.error());
    request.script.schedules.push_back(std::move(schedule));
    return Outputs{};
}

// declare_every(seconds, function)
Outcome declare_every(Request& request)
{
    Schedule schedule;
    schedule.name = "every " + to_text(to_duration(request.arg(0)).value()) + " at " +
                    place_of(request.script.vm().current().thread);
    schedule.period = to_duration(request.arg(0)).value();
    schedule.every = request.script.handler(static_cast<int>(*request.arg(1).get<std::int64_t>()));
    request.script.schedules.push_back(std::move(schedule));
    return Outputs{};
}

// Whether there is such an event, and which requests it is, or which messages; neither for others.
Result<void> read_event(Watcher& watcher)
{
    const std::string_view event = watcher.event;
    auto messages = BrokerEvent::parse(event);
    if (!messages)
        return Failure{Errc::bad_arguments, "on: " + messages.error().message};
    watcher.broker = std::move(*messages);
    if (watcher.broker)
        return {};
    const std::size_t end = std::min(event.find(':'), event.size());
    const std::string kind{event.substr(0, end)};
    const std::string_view rest = event.substr(std::min(end + 1, event.size()));
    if (kind == "docker") {
        const auto known = check_docker_event(rest);
        return known ? Result<void>{} : Failure{Errc::bad_arguments, "on: " + known.error().message};
    }
    if (kind == "k8s") {
        const auto known = KubernetesEvent::parse(rest);
        return known ? Result<void>{} : Failure{Errc::bad_arguments, "on: " + known.error().message};
    }
    if (kind != "file" && kind != "http")
        return Failure{Errc::bad_arguments, "on: this agent has no source for '" + kind + "' events yet"};
    if (kind == "file") {
        const auto pattern = FilePattern::parse(rest);
        return pattern ? Result<void>{} : Failure{Errc::bad_arguments, "on: " + pattern.error().message};
    }
    auto route = HookRoute::parse(rest);
    if (!route)
        return Failure{Errc::bad_arguments, "on: " + route.error().message};
    watcher.hook = std::move(*route);
    return {};
}

// The same after a change of the script: an event of the queue must find its handler.
std::string handler_name(const std::string& path, const std::string& event)
{
    std::string name = "on.";
    const std::size_t begin = path.rfind('/') + 1;
    for (const char letter : path.substr(begin, path.rfind('.') - begin))
        name += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
    constexpr std::size_t enough = 8;
    return name + "." + derived_id(event, "").substr(0, enough);
}

// What tells the watchers of a script apart: of containers and objects some may want others.
std::string identity_of(const std::string& event, const Value& options)
{
    Object which;
    for (const char* name : {"name", "labels", "namespace"})
        if (const Value* value = option(options, name))
            which.append(name, *value);
    return which.empty() ? event : event + " " + to_json(Value{std::move(which)});
}

// declare_watcher(event, options, function, owner): of several owners (kinds of documents, or none) each may handle the
// same event.
Outcome declare_watcher(Request& request)
{
    const std::string& event = *request.arg(0).get<std::string>();
    Function function;
    std::string identity = identity_of(event, request.arg(1));
    if (const auto* owner = request.arg(3).get<std::string>())
        identity += " for " + *owner;
    function.name = handler_name(request.script.path(), identity);
    function.doc = "Handles " + event + ".";
    function.variadic = true;
    function.concurrency = count_option(request.arg(1), "concurrency");
    Watcher watcher;
    watcher.event = event;
    watcher.function = function.name;
    watcher.where = place_of(request.script.vm().current().thread);
    if (const auto read = read_event(watcher); !read)
        return declaration(read.error());
    watcher.durable = flag_option(request.arg(1), "durable", watcher.broker && watcher.broker->is_stream);
    if (const auto* options = request.arg(1).get<Object>())
        watcher.options = *options;
    if (auto only = check_is_only_one(watcher, request.script.watchers); !only)
        return only.error();
    watcher.reference = static_cast<int>(*request.arg(2).get<std::int64_t>());
    auto declared = request.script.declare(std::move(function), request.script.handler(watcher.reference));
    if (!declared)
        return declared.error();
    request.script.watchers.push_back(std::move(watcher));
    return Outputs{};
}

constexpr Binding bindings[] = {
    {"declare_function", declare_function, nullptr, true},
    {"declare_cron", declare_cron},
    {"declare_every", declare_every, nullptr, true},
    {"declare_watcher", declare_watcher, nullptr, true},
};

} // namespace

std::span<const Binding> function_bindings()
{
    return bindings;
}

} // namespace forager::scripting
