#include "app/bench/happening.hpp"

#include "base/text.hpp"
#include "clients/mqtt/filter.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace forager {

namespace {

using Scripts = std::vector<std::shared_ptr<scripting::Script>>;

// "redis" and "orders.new" of "redis:orders.new".
std::pair<std::string_view, std::string_view> halves(std::string_view text, char between)
{
    const std::size_t end = std::min(text.find(between), text.size());
    return {text.substr(0, end), text.substr(std::min(end + 1, text.size()))};
}

bool is_message_for(const BrokerEvent& wanted, std::string_view kind, std::string_view channel)
{
    if (wanted.is_stream)
        return kind == "redis-stream" && wanted.pattern == channel;
    if (kind != wanted.broker)
        return false;
    return kind == "mqtt" ? mqtt::matches(wanted.pattern, channel) : matches_pattern(wanted.pattern, channel);
}

std::vector<std::string> segments_of(std::string_view path)
{
    std::vector<std::string> segments;
    for (const std::string_view segment : split(path.substr(path.starts_with('/') ? 1 : 0), '/'))
        segments.emplace_back(segment);
    return segments;
}

std::optional<Value> request_for(const HookRoute& route, std::string_view request, const Value& payload)
{
    const auto [method, path] = halves(request, ' ');
    if (method != route.method())
        return std::nullopt;
    const std::vector<std::string> segments = segments_of(path);
    auto params = route.match(segments);
    if (!params)
        return std::nullopt;
    const auto* given = payload.get<Object>();
    Object event = given == nullptr ? Object{} : *given;
    event.set("params", std::move(*params));
    return Value{std::move(event)};
}

// A wildcard stands for no '/'.
bool is_file_of(std::string_view pattern, std::string_view path)
{
    return std::ranges::equal(split(pattern, '/'), split(path, '/'), matches_pattern);
}

std::optional<Value> argument_for(const scripting::Watcher& watcher, std::string_view event, const Value& payload)
{
    const auto [kind, rest] = halves(event, ':');
    if (watcher.hook)
        return kind == "http" ? request_for(*watcher.hook, rest, payload) : std::nullopt;
    const bool fits = watcher.broker   ? is_message_for(*watcher.broker, kind, rest)
                      : kind == "file" ? is_file_of(watcher.event, event)
                                       : matches_pattern(watcher.event, event);
    return fits ? std::optional{payload} : std::nullopt;
}

} // namespace

std::vector<Handling> handlings_of(const Scripts& scripts, const std::string& event, const Value& payload)
{
    std::vector<Handling> handlings;
    for (const auto& script : scripts)
        for (const scripting::Watcher& watcher : script->watchers)
            if (auto argument = argument_for(watcher, event, payload))
                handlings.push_back({watcher.function, std::move(*argument)});
    return handlings;
}

Failure nobody_handles(const Scripts& scripts, const std::string& event)
{
    std::vector<std::string> events;
    for (const auto& script : scripts)
        for (const scripting::Watcher& watcher : script->watchers)
            events.push_back(watcher.event);
    return {Errc::not_found, "no script handles '" + event + "'; " +
                                 (events.empty() ? "none of them handles events" : "they handle " + listed(events))};
}

} // namespace forager
