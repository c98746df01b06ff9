#include "primitives/replicas/docker_forms.hpp"

#include "base/text.hpp"
#include "clients/colonies/types/time.hpp"
#include "core/image_reference.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

namespace forager::replicas::docker_forms {

using docker::ContainerSpec;
using docker::ContainerState;
using reconcile::Deployment;
using reconcile::Instance;
using reconcile::Key;

namespace {

constexpr const char* origin_label = "forager.reconcile.origin";
constexpr const char* space_label = "forager.reconcile.space";
constexpr const char* name_label = "forager.reconcile.name";
constexpr const char* id_label = "forager.reconcile.id";
constexpr const char* print_label = "forager.reconcile.print";
constexpr const char* generation_label = "forager.reconcile.generation";
constexpr const char* executor_label = "forager.reconcile.executor";
constexpr std::string_view our_labels = "forager.";

// Nobody looks here while he starts one himself: it is another machine's agent that would be about to.
constexpr Duration longest_between_made_and_started = std::chrono::seconds{3};
constexpr std::size_t longest_document_name = 200; // leaves room for what tells replicas apart

Failure wrong(const std::string& field, const std::string& what)
{
    Failure failure{Errc::bad_arguments, field + ": " + what};
    failure.details.append("field", field);
    return failure;
}

bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

// What engines call containers and volumes.
bool is_name(std::string_view name)
{
    return !name.empty() && is_letter_or_digit(name.front()) && std::ranges::all_of(name, [](char byte) {
        return is_letter_or_digit(byte) || byte == '_' || byte == '.' || byte == '-';
    });
}

Result<void> check_name(const std::string& name)
{
    if (is_name(name) && name.size() <= longest_document_name)
        return {};
    return wrong("metadata.name",
                 "containers cannot be called '" + printable(name) + "': letters, digits, '_', '.' and " +
                     "'-', beginning with a letter or a digit, at most " + std::to_string(longest_document_name));
}

Result<void> check_image(const std::string& image)
{
    if (image.empty())
        return wrong("spec.image", "is missing: which image shall the containers be made of?");
    if (is_image_id(image))
        return {};
    auto reference = parse_image(image);
    return reference.has_value() ? Result<void>{} : wrong("spec.image", reference.error().message);
}

Result<void> check_volumes(const std::vector<reconcile::Volume>& volumes)
{
    for (const reconcile::Volume& volume : volumes)
        if (!volume.source.starts_with('/') && !is_name(volume.source))
            return wrong("spec.volumes", "'" + printable(volume.source) +
                                             "' is neither a path that begins with a slash " +
                                             "nor what a volume can be called");
    return {};
}

// By its own labels the agent knows whose a container is.
Result<void> check_labels(const docker::Pairs& labels)
{
    for (const auto& [name, value] : labels)
        if (name.starts_with(our_labels))
            return wrong("spec.labels",
                         "has '" + printable(name) + "': what begins with 'forager.' is the agent's own");
    return {};
}

std::string one_form(const std::string& image)
{
    if (is_image_id(image))
        return image;
    auto reference = parse_image(image);
    return reference.has_value() ? reference->text() : image;
}

docker::Pairs labels_of(const Deployment& wanted, const NewReplica& replica)
{
    docker::Pairs labels = wanted.replica.labels;
    const std::string generation = std::to_string(wanted.generation);
    const Key& key = wanted.key;
    labels.insert(labels.end(), {{"colonies.deployment", key.name},
                                 {"colonies.managed", "true"},
                                 {"colonies.generation", generation},
                                 {"colonies.executor", replica.executor},
                                 {origin_label, key.origin},
                                 {space_label, key.space},
                                 {std::string{kind_label}, key.kind},
                                 {name_label, key.name},
                                 {id_label, wanted.id},
                                 {print_label, reconcile::print_of(wanted.replica)},
                                 {generation_label, generation},
                                 {executor_label, replica.executor}});
    return labels;
}

// As `docker run -v` has it, a folder that is not there is made.
std::vector<docker::Mount> mounts_of(const std::vector<reconcile::Volume>& volumes)
{
    using Kind = docker::Mount::Kind;
    std::vector<docker::Mount> mounts;
    for (const reconcile::Volume& volume : volumes) {
        const Kind kind = volume.source.starts_with('/') ? Kind::bind : Kind::volume;
        mounts.push_back({kind, volume.source, volume.target, volume.read_only, kind == Kind::bind});
    }
    return mounts;
}

std::vector<docker::Port> ports_of(const std::vector<reconcile::PortMapping>& mappings)
{
    std::vector<docker::Port> ports;
    for (const reconcile::PortMapping& mapping : mappings)
        ports.push_back({mapping.container, mapping.protocol, "", mapping.host});
    return ports;
}

// The engine's own networks know no names.
bool has_names(const std::string& network)
{
    const bool is_the_engines =
        network.empty() || network == "none" || network == "host" || network == "bridge" || network == "default";
    return !is_the_engines && !network.starts_with("container:");
}

std::int64_t number_in(const std::string& text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string first_name(const Object& listed)
{
    const auto names = part<Array>(listed, "Names");
    const auto* name = names.empty() ? nullptr : names.front().get<std::string>();
    return name == nullptr ? "" : name->substr(name->starts_with('/') ? 1 : 0);
}

std::optional<WallTime> time_in(const std::string& text)
{
    const auto read = colonies::parse_time(text);
    return read ? read->time : std::nullopt;
}

bool has_ended(const std::string& status)
{
    return status == "exited" || status == "dead" || status == "removing";
}

Instance::State state_of(const std::string& status)
{
    if (has_ended(status))
        return Instance::State::ended;
    return status == "running" || status == "paused" ? Instance::State::running : Instance::State::starting;
}

std::string trouble_of(const std::string& status)
{
    return status == "paused" ? "somebody has paused it" : "";
}

// What the last try to find out has said.
std::string last_words(const Object& inspected)
{
    const auto log = part<Array>(part<Object>(part<Object>(inspected, "State"), "Health"), "Log");
    const auto* last = log.empty() ? nullptr : log.back().get<Object>();
    constexpr std::size_t most = 200;
    return last == nullptr ? "" : tail(trimmed(printable(part<std::string>(*last, "Output"))), most);
}

void complete_health(Instance& instance, const ContainerState& state, const Object& inspected)
{
    if (state.health.empty() || state.health == "none" || state.status == "paused")
        return;
    instance.ready = state.health == "healthy";
    instance.unhealthy = state.health == "unhealthy";
    if (instance.ready)
        return;
    const std::string words = last_words(inspected);
    instance.trouble = instance.unhealthy ? "its health check fails" : "its health check has not succeeded yet";
    if (!words.empty())
        instance.trouble += ": " + words;
}

void complete_end(Instance& instance, const ContainerState& state)
{
    instance.ended = time_in(state.finished);
    if (instance.started) // else the engine's status is about nothing
        instance.exit_code = static_cast<int>(state.exit_code);
    if (!state.error.empty())
        instance.trouble = printable(state.error);
    else if (state.oom_killed)
        instance.trouble = "it was killed because it wanted more memory than it may have";
    else if (instance.exit_code)
        instance.trouble = "it has ended with status " + std::to_string(*instance.exit_code);
}

// Who made it is gone, or could not start it.
bool will_never_start(const ContainerState& state, const Instance& instance, WallTime now)
{
    return state.status == "created" &&
           (!state.error.empty() || now - instance.created > longest_between_made_and_started);
}

} // namespace

Result<void> check(const Deployment& wanted)
{
    if (auto fine = check_name(wanted.key.name); fine.has_error())
        return fine;
    if (auto fine = check_image(wanted.replica.image); fine.has_error())
        return fine;
    if (auto fine = check_volumes(wanted.replica.volumes); fine.has_error())
        return fine;
    return check_labels(wanted.replica.labels);
}

ContainerSpec container_of(const Deployment& wanted, const NewReplica& replica)
{
    const reconcile::Template& form = wanted.replica;
    ContainerSpec spec;
    spec.image = one_form(form.image);
    spec.name = replica.name;
    spec.entrypoint = form.entrypoint;
    spec.command = form.command;
    spec.env = replica.env;
    spec.labels = labels_of(wanted, replica);
    spec.user = form.user;
    spec.cwd = form.cwd;
    spec.network = form.network;
    if (has_names(form.network))
        spec.aliases = {wanted.key.name};
    spec.mounts = mounts_of(form.volumes);
    spec.ports = ports_of(form.ports);
    if (form.health)
        spec.health =
            docker::HealthTest{form.health->command, form.health->interval, form.health->timeout, form.health->retries};
    spec.memory = form.memory;
    spec.cpus = form.cpu;
    spec.privileged = form.privileged;
    spec.init = true;
    return spec;
}

docker::Filter filter_of(const Key& key)
{
    docker::Filter filter;
    filter.labels = {{std::string{kind_label}, key.kind}, {name_label, key.name}};
    return filter;
}

bool is_of(const Key& key, const Object& labels)
{
    return key_in(labels) == key;
}

std::optional<Key> key_in(const Object& labels)
{
    if (labels.find(kind_label) == nullptr || labels.find(name_label) == nullptr)
        return std::nullopt;
    Key key;
    key.origin = part<std::string>(labels, origin_label);
    key.space = part<std::string>(labels, space_label);
    key.kind = part<std::string>(labels, kind_label);
    key.name = part<std::string>(labels, name_label);
    return key;
}

Listed read(const Object& listed)
{
    const auto labels = part<Object>(listed, "Labels");
    const auto status = part<std::string>(listed, "State");
    Listed result;
    Instance& instance = result.instance;
    instance.name = first_name(listed);
    instance.id = part<std::string>(listed, "Id");
    instance.print = part<std::string>(labels, print_label);
    instance.generation = number_in(part<std::string>(labels, generation_label));
    instance.executor = part<std::string>(labels, executor_label);
    instance.image = part<std::string>(listed, "Image");
    instance.created = WallTime{std::chrono::seconds{part<std::int64_t>(listed, "Created")}};
    instance.state = state_of(status);
    instance.ready = status == "running";
    instance.trouble = trouble_of(status);
    // "Up 2 minutes", or with its health in parentheses
    const auto words = part<std::string>(listed, "Status");
    const bool is_simple = words.find('(') == std::string::npos || words.ends_with("(healthy)");
    result.is_told_all = status == "running" && is_simple;
    return result;
}

void complete(Instance& instance, const Object& inspected, WallTime now)
{
    const ContainerState state = docker::state_in(inspected);
    instance.state = state_of(state.status);
    instance.ready = state.status == "running";
    instance.trouble = trouble_of(state.status);
    instance.image = state.image;
    instance.started = time_in(state.started);
    if (const auto created = time_in(part<std::string>(inspected, "Created")))
        instance.created = *created;
    if (instance.state == Instance::State::running)
        complete_health(instance, state, inspected);
    else if (instance.state == Instance::State::ended)
        complete_end(instance, state);
    else if (will_never_start(state, instance, now)) {
        instance.state = Instance::State::ended;
        instance.trouble = state.error.empty() ? "it was made and never started" : printable(state.error);
    }
}

} // namespace forager::replicas::docker_forms
