#include "sources/monitor/sighting.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace forager::monitoring {

namespace {

std::string first_name(const Object& listed)
{
    const auto names = part<Array>(listed, "Names");
    const auto* name = names.empty() ? nullptr : names.front().get<std::string>();
    return name == nullptr ? "" : name->substr(name->starts_with('/') ? 1 : 0);
}

docker::Pairs labels_of(const Object& labels)
{
    docker::Pairs pairs;
    for (const Member& label : labels)
        if (const auto* value = label.value.get<std::string>())
            pairs.emplace_back(label.name, *value);
    return pairs;
}

// "Up 3 minutes (unhealthy)", "Up 1 second (health: starting)"
std::string health_in(std::string_view words)
{
    const std::size_t open = words.rfind('(');
    if (!words.starts_with("Up ") || open == std::string_view::npos || !words.ends_with(')'))
        return {};
    std::string_view health = words.substr(open + 1, words.size() - open - 2);
    constexpr std::string_view prefix = "health: ";
    if (health.starts_with(prefix))
        health.remove_prefix(prefix.size());
    const bool is_one = health == "healthy" || health == "unhealthy" || health == "starting";
    return is_one ? std::string{health} : std::string{};
}

std::optional<std::int64_t> number_in(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? std::optional{number} : std::nullopt;
}

// "Exited (137) 2 seconds ago"
std::optional<std::int64_t> exit_code_in(std::string_view words)
{
    constexpr std::string_view prefix = "Exited (";
    return words.starts_with(prefix) ? number_in(words.substr(prefix.size())) : std::nullopt;
}

// Beside a container's labels stand these.
bool is_own_attribute(std::string_view name)
{
    constexpr std::array<std::string_view, 7> own{"name",   "image",   "exitCode",    "signal",
                                                  "execID", "oldName", "execDuration"};
    return std::ranges::find(own, name) != own.end();
}

struct Step {
    std::string_view action;
    std::string_view status;
};

constexpr std::array<Step, 6> steps{{{"create", "created"},
                                     {"start", "running"},
                                     {"unpause", "running"},
                                     {"pause", "paused"},
                                     {"die", "exited"},
                                     {"restart", "running"}}};

void begin(Sighting& sighting)
{
    sighting.exit_code.reset();
    sighting.oom_killed = false;
    sighting.listed = false;
    if (!sighting.health.empty())
        sighting.health = "starting";
}

} // namespace

Sighting sighting_of(const Object& listed)
{
    Sighting sighting;
    sighting.id = part<std::string>(listed, "Id");
    sighting.name = first_name(listed);
    sighting.image = part<std::string>(listed, "Image");
    sighting.labels = labels_of(part<Object>(listed, "Labels"));
    sighting.status = part<std::string>(listed, "State");
    const auto words = part<std::string>(listed, "Status");
    sighting.health = health_in(words);
    sighting.exit_code = exit_code_in(words);
    sighting.listed = true;
    return sighting;
}

Sighting sighting_of(const docker::Event& event)
{
    Sighting sighting;
    sighting.id = event.id;
    sighting.name = event.name;
    sighting.image = part<std::string>(event.attributes, "image");
    for (auto& label : labels_of(event.attributes))
        if (!is_own_attribute(label.first))
            sighting.labels.push_back(std::move(label));
    sighting.status = "created";
    return sighting;
}

bool tells_status(const docker::Event& event)
{
    return event.action == "destroy" || std::ranges::find(steps, event.action, &Step::action) != steps.end();
}

bool tells_anything(const docker::Event& event)
{
    constexpr std::array<std::string_view, 3> others{"oom", "health_status", "rename"};
    return tells_status(event) || std::ranges::find(others, event.action) != others.end();
}

void apply(Sighting& sighting, const docker::Event& event)
{
    const auto step = std::ranges::find(steps, event.action, &Step::action);
    if (step != steps.end())
        sighting.status = step->status;
    if (event.action == "start")
        begin(sighting);
    if (event.action == "die")
        sighting.exit_code = number_in(part<std::string>(event.attributes, "exitCode"));
    if (event.action == "oom")
        sighting.oom_killed = true;
    if (event.action == "health_status")
        sighting.health = event.about;
    if (event.action == "rename")
        sighting.name = event.name;
    sighting.time = event.time;
}

bool fits(const MonitoredContainers& of, const Sighting& sighting)
{
    const auto has = [&](const std::pair<std::string, std::string>& label) {
        return std::ranges::any_of(sighting.labels, [&](const auto& own) {
            return own.first == label.first && (label.second.empty() || own.second == label.second);
        });
    };
    return sighting.name.starts_with(of.prefix) && std::ranges::all_of(of.labels, has);
}

Object container_of(const Sighting& sighting)
{
    return {{"id", sighting.id},
            {"name", sighting.name},
            {"image", sighting.image},
            {"labels", docker::object_of(sighting.labels)}};
}

} // namespace forager::monitoring
