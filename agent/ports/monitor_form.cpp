#include "ports/monitor_form.hpp"

#include "base/duration.hpp"
#include "base/size.hpp"
#include "base/timestamp.hpp"
#include "core/options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace forager {

namespace {

constexpr std::size_t longest_name = 300;
constexpr std::array<std::string_view, 8> statuses{"running", "any",  "created",    "exited",
                                                   "paused",  "dead", "restarting", "removing"};

Failure mistake(const std::string& words)
{
    return {Errc::bad_arguments, "monitor: " + words};
}

std::string list_of_statuses()
{
    std::string list = "healthy";
    for (const std::string_view status : statuses)
        list += ", " + std::string{status};
    return list;
}

Result<void> read_status(Expectation& expect, const std::string& word)
{
    if (word == "healthy") {
        expect.health = word;
        return {};
    }
    if (std::ranges::find(statuses, word) == statuses.end())
        return mistake("'expect' is one of " + list_of_statuses() + ", or a table, not '" + word + "'");
    expect.status = word;
    return {};
}

Result<void> read_memory(Expectation& expect, const Object& given)
{
    const Value* value = option(given, "memory");
    if (value == nullptr)
        return {};
    const auto* number = value->get<std::int64_t>();
    const auto* text = value->get<std::string>();
    std::optional<std::uint64_t> bytes;
    if (number != nullptr && *number >= 0)
        bytes = static_cast<std::uint64_t>(*number);
    else if (text != nullptr)
        bytes = parse_size(*text);
    if (!bytes)
        return mistake("'expect.memory' must be a size (\"64MB\", \"1.5GB\" or a number of bytes)");
    expect.memory = static_cast<std::int64_t>(*bytes);
    return {};
}

Result<void> read_cpu(Expectation& expect, const Object& given)
{
    const Value* value = option(given, "cpu");
    if (value == nullptr)
        return {};
    const auto* whole = value->get<std::int64_t>();
    const auto* number = value->get<double>();
    const double cores = whole != nullptr ? static_cast<double>(*whole) : number != nullptr ? *number : -1;
    if (!(cores >= 0))
        return mistake("'expect.cpu' must be a number of cores (0.5 is half of one)");
    expect.cpu = cores;
    return {};
}

Result<void> read_thresholds(Expectation& expect, const Object& given)
{
    const auto restarts = whole_option(given, "restarts");
    if (!restarts)
        return restarts.error();
    expect.restarts = *restarts;
    if (auto memory = read_memory(expect, given); !memory)
        return memory;
    return read_cpu(expect, given);
}

Result<void> read_expectation(Expectation& expect, const Object& options)
{
    const Value* value = option(options, "expect");
    if (value == nullptr)
        return {};
    if (const auto* word = value->get<std::string>())
        return read_status(expect, *word);
    const auto* given = value->get<Object>();
    if (given == nullptr)
        return mistake("'expect' must be a word or a table");
    constexpr std::array<std::string_view, 5> known{"status", "health", "restarts", "memory", "cpu"};
    for (const Member& member : *given)
        if (std::ranges::find(known, member.name) == known.end())
            return mistake("'expect' has no '" + member.name + "', only status, health, restarts, memory, cpu");
    const auto status = text_option(*given, "status");
    if (!status)
        return status.error();
    if (*status)
        if (auto read = read_status(expect, **status); !read)
            return read;
    const auto health = text_option(*given, "health");
    if (!health)
        return health.error();
    if (*health && **health != "healthy" && !(*health)->empty())
        return mistake("'expect.health' can only be 'healthy'");
    if (*health)
        expect.health = **health;
    return read_thresholds(expect, *given);
}

Result<void> read_labels(MonitoredContainers& of, const Object& options)
{
    const Value* value = option(options, "labels");
    if (value == nullptr)
        return {};
    const auto* given = value->get<Object>();
    if (given == nullptr)
        return mistake("'labels' must be a table of names and texts");
    for (const Member& member : *given) {
        const auto* text = member.value.get<std::string>();
        const auto* any = member.value.get<bool>();
        if (text == nullptr && (any == nullptr || !*any))
            return mistake("the label '" + member.name + "' must be a text, or true for any");
        of.labels.emplace_back(member.name, text == nullptr ? "" : *text);
    }
    return {};
}

/// Reads one option after another, until one is wrong.
class Reader {
public:
    explicit Reader(const Object& options) : options_{options} {}

    void text(std::string& target, std::string_view name)
    {
        const auto value = text_option(options_, name);
        if (take(value) && *value)
            target = **value;
    }

    void flag(bool& target, std::string_view name)
    {
        const auto value = flag_option(options_, name, target);
        if (take(value))
            target = *value;
    }

    void duration(Duration& target, std::string_view name)
    {
        const auto value = duration_option(options_, name);
        if (take(value) && *value)
            target = **value;
    }

    void object(Object& target, std::string_view name)
    {
        const Value* value = option(options_, name);
        if (value == nullptr || failure_)
            return;
        if (const auto* content = value->get<Object>())
            target = *content;
        else if (const auto* list = value->get<Array>(); list == nullptr || !list->empty())
            failure_ = mistake("'" + std::string{name} + "' must be a table");
    }

    void done(const Result<void>& result) { (void)take(result); }

    const std::optional<Failure>& failure() const { return failure_; }

private:
    template <class T> bool take(const Result<T>& result)
    {
        if (!failure_ && !result)
            failure_ = result.error();
        return !failure_;
    }

    const Object& options_;
    std::optional<Failure> failure_;
};

Object labels_of(const MonitoredContainers& of)
{
    Object labels;
    for (const auto& [name, value] : of.labels)
        labels.append(name, value);
    return labels;
}

std::string default_name(const MonitoredContainers& of)
{
    if (!of.name.empty())
        return of.name;
    std::string name = of.prefix + "*";
    for (const auto& [label, value] : of.labels)
        name += " " + label + (value.empty() ? "" : "=" + value);
    return name;
}

} // namespace

Result<Monitor> monitor_of(const Object& options)
{
    Monitor monitor;
    Reader reader{options};
    reader.text(monitor.name, "name");
    reader.text(monitor.of.name, "container");
    reader.text(monitor.of.prefix, "prefix");
    reader.done(read_labels(monitor.of, options));
    reader.done(read_expectation(monitor.expect, options));
    reader.duration(monitor.interval, "interval");
    reader.flag(monitor.heartbeat, "heartbeat");
    reader.flag(monitor.once, "once");
    reader.duration(monitor.damp, "damp");
    reader.text(monitor.function, "call");
    reader.object(monitor.kwargs, "kwargs");
    reader.text(monitor.owner, "owner");
    if (reader.failure())
        return *reader.failure();
    if (monitor.name.empty())
        monitor.name = default_name(monitor.of);
    if (auto fine = check(monitor); !fine)
        return fine.error();
    return monitor;
}

Object data_of(const Monitor& monitor)
{
    Object expect{{"status", monitor.expect.status}, {"health", monitor.expect.health}};
    if (monitor.expect.restarts)
        expect.append("restarts", *monitor.expect.restarts);
    if (monitor.expect.memory)
        expect.append("memory", *monitor.expect.memory);
    if (monitor.expect.cpu)
        expect.append("cpu", *monitor.expect.cpu);
    return {{"name", monitor.name},
            {"container", monitor.of.name},
            {"prefix", monitor.of.prefix},
            {"labels", labels_of(monitor.of)},
            {"expect", std::move(expect)},
            {"interval", to_seconds(monitor.interval)},
            {"heartbeat", monitor.heartbeat},
            {"once", monitor.once},
            {"damp", to_seconds(monitor.damp)},
            {"call", monitor.function},
            {"kwargs", monitor.kwargs},
            {"owner", monitor.owner}};
}

Object data_of(const MonitorStatus& status)
{
    const MonitoredContainers& of = status.monitor.of;
    Object data{{"name", status.monitor.name}};
    if (!of.name.empty())
        data.append("container", of.name);
    if (!of.prefix.empty())
        data.append("prefix", of.prefix);
    if (!of.labels.empty())
        data.append("labels", labels_of(of));
    data.append("call", status.monitor.function);
    data.append("owner", status.monitor.owner);
    data.append("containers", status.containers);
    if (status.ok)
        data.append("ok", *status.ok);
    data.append("reason", status.reason);
    data.append("events", status.events);
    if (status.last)
        data.append("last", timestamp(*status.last));
    data.append("over", status.over);
    data.append("trouble", status.trouble);
    return data;
}

Result<void> check(const Monitor& monitor)
{
    const MonitoredContainers& of = monitor.of;
    const bool selects = !of.prefix.empty() || !of.labels.empty();
    if (of.name.empty() && !selects)
        return mistake("it needs a 'container' (its name or id), or a 'prefix' of names or 'labels'");
    if (!of.name.empty() && selects)
        return mistake("'container' names one: 'prefix' and 'labels' do not go with it");
    if (monitor.name.empty() || monitor.name.size() > longest_name)
        return mistake("it needs a name of at most " + std::to_string(longest_name) + " bytes");
    if (monitor.function.empty())
        return mistake("it needs a function that is called with the event");
    if (monitor.interval < shortest_interval || monitor.interval > longest_interval)
        return mistake("'interval' must be from 1s to 24h");
    if (monitor.damp < Duration{} || monitor.damp > longest_interval)
        return mistake("'damp' must be from 0 to 24h");
    if (monitor.expect.restarts && *monitor.expect.restarts < 0)
        return mistake("'expect.restarts' must be 0 or more");
    return {};
}

} // namespace forager
