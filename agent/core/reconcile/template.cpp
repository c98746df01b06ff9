#include "core/reconcile/template.hpp"

#include "core/reconcile/amounts.hpp"
#include "core/reconcile/volumes.hpp"

#include <algorithm>
#include <array>

namespace forager::reconcile {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Words = std::vector<std::string>;

void set(Pairs& pairs, const std::string& name, std::string text)
{
    const auto present = std::ranges::find(pairs, name, &std::pair<std::string, std::string>::first);
    if (present == pairs.end())
        pairs.emplace_back(name, std::move(text));
    else
        present->second = std::move(text);
}

// The values are never shown: they may be secrets.
std::optional<std::string> value_of(const Fields& fields, const Member& member)
{
    auto text = scalar_text(member.value);
    if (!text)
        fields.refuse_kind(member.name, "text, a number or a boolean");
    else if (text->find('\0') != std::string::npos)
        fields.refuse(member.name, "must not have a byte 0 in it");
    return text;
}

void add_env(Pairs& env, const std::optional<Fields>& fields)
{
    if (!fields)
        return;
    constexpr std::string_view foreign{"=\0", 2};
    for (const Member& member : fields->members()) {
        if (member.name.empty() || member.name.find_first_of(foreign) != std::string::npos)
            fields->refuse(member.name, "is no name of an environment's variable");
        else if (member.value.is_null())
            continue;
        else if (auto text = value_of(*fields, member))
            set(env, member.name, std::move(*text));
    }
}

void add_labels(Pairs& labels, const std::optional<Fields>& fields)
{
    if (!fields)
        return;
    for (const Member& member : fields->members()) {
        if (member.name.empty())
            fields->refuse(member.name, "a label needs a name");
        else if (member.value.is_null())
            continue;
        else if (auto text = value_of(*fields, member))
            set(labels, member.name, std::move(*text));
    }
}

Words words_of(const Fields& fields, std::string_view name, const Array& list)
{
    Words words;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto word = scalar_text(list[i]);
        const std::string path = item_path(fields.path(name), i);
        if (!word)
            fields.reading().refuse(path, "must be text, not " + kind_words(list[i]));
        else if (word->find('\0') != std::string::npos)
            fields.reading().refuse(path, "must not have a byte 0 in it");
        else
            words.push_back(std::move(*word));
    }
    return words;
}

// A text is a line for the shell where there surely is one that reads it.
std::optional<Words> command_in(const Fields& fields, std::string_view name, bool may_be_text)
{
    const Value* value = fields.find(name);
    if (value == nullptr)
        return std::nullopt;
    const auto* line = value->get<std::string>();
    if (line == nullptr || !may_be_text) {
        const Array* list = fields.list(name);
        return list == nullptr || list->empty() ? std::nullopt : std::optional{words_of(fields, name, *list)};
    }
    if (line->empty())
        fields.refuse(name, "must not be empty");
    (void)fields.text(name);
    return Words{"sh", "-c", *line};
}

std::optional<Words> whole_command(const Fields& spec, bool may_be_text)
{
    auto command = command_in(spec, "command", may_be_text);
    const Array* args = spec.list("args");
    if (args == nullptr || args->empty())
        return command;
    Words words = command.value_or(Words{});
    for (std::string& word : words_of(spec, "args", *args))
        words.push_back(std::move(word));
    return words;
}

std::uint16_t port_in(const Fields& fields, std::string_view name)
{
    return static_cast<std::uint16_t>(fields.whole(name, 1, 65'535).value_or(0));
}

PortMapping port_in(const Fields& fields)
{
    constexpr std::array<std::string_view, 3> known{"container", "host", "protocol"};
    constexpr std::array<std::string_view, 3> protocols{"tcp", "udp", "sctp"};
    fields.allow(known);
    PortMapping port;
    port.container = port_in(fields, "container");
    if (fields.find("container") == nullptr)
        fields.refuse("container", "is missing");
    if (fields.find("host") != nullptr)
        port.host = port_in(fields, "host");
    port.protocol = fields.text("protocol").value_or("tcp");
    std::ranges::transform(port.protocol, port.protocol.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (std::ranges::find(protocols, port.protocol) == protocols.end())
        fields.refuse("protocol", "must be tcp, udp or sctp, not " + quoted(port.protocol));
    return port;
}

std::vector<PortMapping> ports_in(const Fields& spec)
{
    std::vector<PortMapping> ports;
    const Array* list = spec.list("ports");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const std::string path = item_path(spec.path("ports"), i);
        const Value& value = (*list)[i];
        const auto number = whole_number(value);
        if (const auto* members = value.get<Object>())
            ports.push_back(port_in(Fields{*members, path, spec.reading()}));
        else if (number && *number >= 1 && *number <= 65'535)
            ports.push_back({static_cast<std::uint16_t>(*number), std::nullopt, "tcp"});
        else
            spec.reading().refuse(path, "must be a port, 1 to 65535, or an object with 'container'");
    }
    return ports;
}

std::optional<HealthCheck> health_in(const std::optional<Fields>& fields)
{
    if (!fields)
        return std::nullopt;
    using namespace std::chrono_literals;
    constexpr std::array<std::string_view, 4> known{"command", "interval", "timeout", "retries"};
    constexpr std::int64_t most_retries = 1'000;
    fields->allow(known);
    HealthCheck health;
    health.command = command_in(*fields, "command", true).value_or(Words{});
    if (health.command.empty())
        fields->refuse("command", "is missing: a list, or a line for the shell");
    health.interval = fields->duration("interval", 100ms, 24h).value_or(health.interval);
    health.timeout = fields->duration("timeout", 100ms, 24h).value_or(health.timeout);
    health.retries = static_cast<int>(fields->whole("retries", 1, most_retries).value_or(health.retries));
    return health;
}

void read_amounts(Template& replica, const Fields& fields)
{
    if (const Value* cpu = fields.find("cpu")) {
        replica.cpu = cores_in(*cpu);
        if (!replica.cpu)
            fields.refuse("cpu", R"(must be a number of cores above 0, as 1.5, "1.5" or "250m")");
    }
    if (const Value* memory = fields.find("memory")) {
        replica.memory = bytes_in(*memory);
        if (!replica.memory)
            fields.refuse("memory", R"(must be an amount above 0, as "128Mi", "64MB" or a number of bytes)");
    }
}

void read_resources(Template& replica, const Fields& spec)
{
    read_amounts(replica, spec);
    const auto resources = spec.object("resources");
    if (!resources)
        return;
    constexpr std::array<std::string_view, 2> known{"cpu", "memory"};
    resources->allow(known);
    read_amounts(replica, *resources);
}

void read_settings(Template& replica, const Fields& spec)
{
    replica.executor_type = spec.text("executorType").value_or("");
    replica.image = spec.text("image").value_or("");
    replica.network = spec.text("network").value_or("");
    replica.privileged = spec.flag("privileged").value_or(false);
    replica.cwd = spec.text(spec.either("workingDir", "cwd")).value_or("");
    const Value* user = spec.find("user");
    if (user != nullptr && whole_number(*user))
        replica.user = std::to_string(*whole_number(*user));
    else
        replica.user = spec.text("user").value_or("");
}

} // namespace

Template template_of(const Fields& metadata, const Fields& spec, Runtime runtime)
{
    Template replica;
    const bool may_be_text = runtime != Runtime::kubernetes;
    read_settings(replica, spec);
    replica.entrypoint = command_in(spec, "entrypoint", may_be_text);
    replica.command = whole_command(spec, may_be_text);
    if (const auto config = spec.object("config")) {
        constexpr std::array<std::string_view, 2> known{"env", "volumes"};
        config->allow(known);
        add_env(replica.env, config->object("env"));
        add_volumes(replica.volumes, *config);
    }
    add_env(replica.env, spec.object("env"));
    add_volumes(replica.volumes, spec);
    add_labels(replica.labels, metadata.object("labels"));
    add_labels(replica.labels, spec.object("labels"));
    replica.ports = ports_in(spec);
    read_resources(replica, spec);
    replica.health = health_in(spec.object("health"));
    return replica;
}

} // namespace forager::reconcile
