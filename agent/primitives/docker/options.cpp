#include "primitives/docker/options.hpp"

#include "base/size.hpp"
#include "base/text.hpp"
#include "core/image_reference.hpp"
#include "core/options.hpp"
#include "core/words.hpp"
#include "io/formats/json.hpp"
#include "primitives/docker/mounts.hpp"
#include "primitives/docker/reading.hpp"

#include <algorithm>

namespace forager::docker_work {

using docker::ContainerSpec;
using docker::Pairs;
using docker::Words;

namespace {

constexpr std::string_view names[] = {
    "image",      "name",           "command",  "entrypoint", "env",     "labels",   "user",
    "cwd",        "hostname",       "network",  "volumes",    "ports",   "restart",  "memory",
    "cpus",       "pids",           "shm_size", "gpus",       "cap_add", "cap_drop", "read_only",
    "privileged", "new_privileges", "init",     "platform",
};

Failure wrong(std::string_view name, std::string_view message)
{
    return {Errc::bad_arguments, "'" + std::string{name} + "' " + std::string{message}};
}

// Names and numbers that stand in environments and labels.
std::optional<std::string> plain_text(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return *text;
    if (value.get<std::int64_t>() != nullptr || value.get<double>() != nullptr || value.get<bool>() != nullptr)
        return to_json(value);
    return std::nullopt;
}

Result<std::string> image_option(const Object& options)
{
    auto image = text_option(options, "image");
    if (image.has_error())
        return image.error();
    if (!*image || (*image)->empty())
        return wrong("image", "is missing: which image shall the container be made of?");
    if (is_image_id(**image))
        return **image;
    auto reference = parse_image(**image);
    if (reference.has_error())
        return reference.error();
    return reference->text();
}

// By its own labels the agent knows whose a container is.
Result<Pairs> labels_option(const Object& options)
{
    auto labels = pairs_option(options, "labels");
    if (labels.has_value())
        for (const auto& [name, value] : *labels)
            if (name.starts_with("forager."))
                return wrong("labels", "has '" + printable(name) + "': what begins with 'forager.' is the agent's own");
    return labels;
}

// "on-failure:5"
Result<docker::Restart> restart_option(const Object& options)
{
    auto text = text_option(options, "restart");
    if (text.has_error())
        return text.error();
    docker::Restart restart;
    if (!*text)
        return restart;
    const auto parts = split(**text, ':');
    restart.policy = parts.front();
    if (parts.size() > 1)
        restart.most = std::atoi(std::string{parts[1]}.c_str());
    const bool is_known = restart.policy == "no" || restart.policy == "always" || restart.policy == "unless-stopped" ||
                          restart.policy == "on-failure";
    if (!is_known || parts.size() > 2 || (parts.size() == 2 && (restart.policy != "on-failure" || restart.most <= 0)))
        return wrong("restart", R"(must be "no", "always", "unless-stopped", "on-failure" or "on-failure:5")");
    return restart;
}

Result<std::optional<double>> cpus_option(const Object& options)
{
    const Value* value = option(options, "cpus");
    if (value == nullptr)
        return std::optional<double>{};
    const auto* whole = value->get<std::int64_t>();
    const auto* number = value->get<double>();
    const double cpus = whole != nullptr ? static_cast<double>(*whole) : number != nullptr ? *number : 0.0;
    constexpr double fewest = 0.001;
    constexpr double most = 10'000;
    if (!(cpus >= fewest && cpus <= most))
        return wrong("cpus", "must be a number of cores, as 0.5");
    return std::optional{cpus};
}

void read_limits(Reading& reading, ContainerSpec& spec)
{
    reading.size(spec.memory, "memory");
    reading.into(spec.cpus, cpus_option);
    reading.count(spec.pids, "pids");
    reading.size(spec.shm_size, "shm_size");
    reading.count(spec.gpus, "gpus");
}

void read_rights(Reading& reading, ContainerSpec& spec)
{
    reading.into(spec.cap_add, [](const Object& options) { return words_option(options, "cap_add"); });
    reading.into(spec.cap_drop, [](const Object& options) { return words_option(options, "cap_drop"); });
    reading.flag(spec.read_only, "read_only");
    reading.flag(spec.privileged, "privileged");
    reading.flag(spec.new_privileges, "new_privileges");
}

} // namespace

std::span<const std::string_view> container_options()
{
    return names;
}

Result<Words> words_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return Words{};
    const auto* list = value->get<Array>();
    if (list == nullptr)
        return wrong(name, "must be a list of words, not a " + std::string{value->type_name()});
    Words words;
    for (const Value& word : *list) {
        auto text = plain_text(word);
        if (!text)
            return wrong(name, "must be a list of words, and one of them is a " + std::string{word.type_name()});
        words.push_back(std::move(*text));
    }
    return words;
}

Result<std::optional<Words>> command_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return std::optional<Words>{};
    const auto* line = value->get<std::string>();
    if (line == nullptr) {
        auto words = words_option(options, name);
        return words.has_error() ? Result<std::optional<Words>>{words.error()} : std::optional{std::move(*words)};
    }
    auto words = words_in(*line);
    if (words.has_error())
        return wrong(name, "cannot be read: " + words.error().message);
    return std::optional{std::move(*words)};
}

Result<Pairs> pairs_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    Pairs pairs;
    if (value == nullptr)
        return pairs;
    if (const auto* list = value->get<Array>()) {
        for (const Value& entry : *list) {
            const auto* text = entry.get<std::string>();
            const auto equals = text == nullptr ? std::string::npos : text->find('=');
            if (equals == std::string::npos || equals == 0)
                return wrong(name, R"(must be a table of names and values, or a list of "NAME=value")");
            pairs.emplace_back(text->substr(0, equals), text->substr(equals + 1));
        }
        return pairs;
    }
    const auto* object = value->get<Object>();
    if (object == nullptr)
        return wrong(name, "must be a table of names and values, not a " + std::string{value->type_name()});
    for (const Member& member : *object) {
        auto text = plain_text(member.value);
        if (!text || member.name.empty() || member.name.find('=') != std::string::npos)
            return wrong(name, "must have names and texts: '" + printable(member.name) + "' is no such pair");
        pairs.emplace_back(member.name, std::move(*text));
    }
    return pairs;
}

Result<std::optional<std::uint64_t>> size_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return std::optional<std::uint64_t>{};
    if (const auto* whole = value->get<std::int64_t>(); whole != nullptr && *whole >= 0)
        return std::optional{static_cast<std::uint64_t>(*whole)};
    const auto* text = value->get<std::string>();
    const auto size = text == nullptr ? std::nullopt : parse_size(*text);
    if (!size)
        return wrong(name, R"(must be a size, as "64MB" or a number of bytes)");
    return size;
}

Result<void> only_options(std::string_view what, const Object& options, std::span<const std::string_view> some,
                          std::span<const std::string_view> more)
{
    std::vector<std::string> known{some.begin(), some.end()};
    known.insert(known.end(), more.begin(), more.end());
    for (const Member& member : options) {
        if (std::ranges::find(known, member.name) != known.end())
            continue;
        const auto near = nearest(member.name, known);
        return Failure{Errc::bad_arguments,
                       std::string{what} + " has no option '" + printable(member.name) + "'" +
                           (near ? " (did you mean '" + *near + "'?)" : ", only " + listed(known))};
    }
    return {};
}

Result<ContainerSpec> container_of(const Object& options)
{
    Reading reading{options};
    ContainerSpec spec;
    reading.into(spec.image, image_option);
    reading.text(spec.name, "name");
    reading.into(spec.command, [](const Object& given) { return command_option(given, "command"); });
    reading.into(spec.entrypoint, [](const Object& given) { return command_option(given, "entrypoint"); });
    reading.into(spec.env, [](const Object& given) { return pairs_option(given, "env"); });
    reading.into(spec.labels, labels_option);
    reading.text(spec.user, "user");
    reading.text(spec.cwd, "cwd");
    reading.text(spec.hostname, "hostname");
    reading.text(spec.network, "network");
    reading.text(spec.platform, "platform");
    reading.into(spec.mounts, mounts_option);
    reading.into(spec.ports, ports_option);
    reading.into(spec.restart, restart_option);
    read_limits(reading, spec);
    read_rights(reading, spec);
    reading.flag(spec.init, "init");
    if (reading.failure())
        return *reading.failure();
    return spec;
}

} // namespace forager::docker_work
