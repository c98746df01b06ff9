#include "core/reconcile/deployment.hpp"

#include "base/ids.hpp"
#include "core/reconcile/document.hpp"
#include "core/reconcile/fields.hpp"
#include "core/reconcile/template.hpp"

#include <algorithm>
#include <array>

namespace forager::reconcile {

namespace {

using namespace std::chrono_literals;

constexpr auto top_members =
    std::to_array<std::string_view>({"kind", "apiVersion", "metadata", "spec", "blueprintid", "status", "handler"});

// The last ones are what servers write there.
constexpr auto metadata_members = std::to_array<std::string_view>(
    {"name", "namespace", "colonyname", "uid", "generation", "labels", "annotations", "locationname", "createdAt",
     "updatedAt", "creationTimestamp", "resourceVersion", "lastReconciliationProcess", "lastReconciliationTime"});

constexpr auto spec_members =
    std::to_array<std::string_view>({"runtime", "replicas",   "executorType",
                                     "image",   "entrypoint", "command",
                                     "args",    "env",        "config",
                                     "labels",  "volumes",    "ports",
                                     "cpu",     "memory",     "resources",
                                     "user",    "workingDir", "cwd",
                                     "network", "naming",     "privileged",
                                     "health",  "strategy",   "grace",
                                     "paused",  "handler",    "terminationGracePeriodSeconds"});

constexpr auto strategy_members =
    std::to_array<std::string_view>({"maxSurge", "maxUnavailable", "minReady", "progressDeadline", "rollback"});

bool is_small(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Pods have names that are parts of the cluster's DNS.
bool is_dns_label(std::string_view name)
{
    return !name.empty() && name.front() != '-' && name.back() != '-' &&
           std::ranges::all_of(name, [](char c) { return is_small(c) || c == '-'; });
}

Runtime runtime_in(const Fields& spec)
{
    const std::string name = spec.text("runtime").value_or("docker");
    for (const Runtime runtime : {Runtime::docker, Runtime::kubernetes, Runtime::local})
        if (name == word(runtime))
            return runtime;
    spec.refuse("runtime", "there is no runtime " + quoted(name) + ": docker, kubernetes and local");
    return Runtime::docker;
}

// As those who wrote the dialect name their containers.
Naming usual_naming(const Fields& top, const Fields& metadata)
{
    if (top.find("apiVersion") != nullptr || metadata.find("namespace") != nullptr)
        return Naming::index;
    const bool is_blueprint = top.find("blueprintid") != nullptr || metadata.find("colonyname") != nullptr;
    return is_blueprint ? Naming::random : Naming::index;
}

Naming naming_in(const Fields& spec, Naming usual)
{
    const auto name = spec.text("naming");
    if (name && *name != "index" && *name != "random")
        spec.refuse("naming", "must be index or random, not " + quoted(*name));
    if (!name)
        return usual;
    return *name == "random" ? Naming::random : Naming::index;
}

bool has_host_port(const Template& replica)
{
    return std::ranges::any_of(replica.ports, [](const PortMapping& port) { return port.host.has_value(); });
}

Rolling rolling_in(const std::optional<Fields>& strategy)
{
    Rolling rolling;
    if (!strategy)
        return rolling;
    strategy->allow(strategy_members);
    rolling.max_surge = strategy->whole("maxSurge", 0, most_replicas).value_or(rolling.max_surge);
    rolling.max_unavailable = strategy->whole("maxUnavailable", 0, most_replicas).value_or(rolling.max_unavailable);
    rolling.min_ready = strategy->duration("minReady", 0s, 24h);
    rolling.progress_deadline = strategy->duration("progressDeadline", 1s, 7 * 24h).value_or(rolling.progress_deadline);
    rolling.roll_back = strategy->flag("rollback").value_or(rolling.roll_back);
    if (rolling.max_surge == 0 && rolling.max_unavailable == 0)
        strategy->refuse("maxUnavailable", "must be above 0 where maxSurge is 0: nothing could ever be replaced");
    return rolling;
}

// A port of the engine's machine is one replica's: no other can be started beside it, not even for a change.
void settle_host_ports(Deployment& deployment, const Fields& spec)
{
    if (deployment.runtime != Runtime::docker || !has_host_port(deployment.replica))
        return;
    if (deployment.replicas > 1)
        spec.refuse("replicas", "must be 1 where a port of the machine is given: leave 'host' out of 'ports'");
    deployment.rolling.max_surge = 0;
    deployment.rolling.max_unavailable = std::max<std::int64_t>(1, deployment.rolling.max_unavailable);
}

void read_spec(Deployment& deployment, const Fields& metadata, const Fields& spec)
{
    spec.allow(spec_members);
    deployment.runtime = runtime_in(spec);
    deployment.replicas = spec.whole("replicas", 0, most_replicas).value_or(deployment.replicas);
    deployment.naming = naming_in(spec, deployment.naming);
    deployment.replica = template_of(metadata, spec, deployment.runtime);
    deployment.rolling = rolling_in(spec.object("strategy"));
    const auto grace = spec.either("grace", "terminationGracePeriodSeconds");
    deployment.grace = spec.duration(grace, 0s, 24h).value_or(deployment.grace);
    deployment.paused = spec.flag("paused").value_or(false);
    settle_host_ports(deployment, spec);
}

void read_top(Deployment& deployment, const Fields& top)
{
    constexpr std::int64_t most_generations = std::int64_t{1} << 53;
    top.allow(top_members);
    if (deployment.key.kind != deployment_kind)
        top.refuse("kind", "must be " + std::string{deployment_kind} + ", not " + quoted(deployment.key.kind));
    const Object nothing;
    const auto metadata = top.object("metadata").value_or(Fields{nothing, "metadata", top.reading()});
    metadata.allow(metadata_members);
    deployment.generation = metadata.whole("generation", 0, most_generations).value_or(deployment.generation);
    deployment.naming = usual_naming(top, metadata);
    const auto spec = top.object("spec");
    if (!spec) {
        top.refuse("spec", "is missing");
        return;
    }
    read_spec(deployment, metadata, *spec);
    if (deployment.runtime == Runtime::kubernetes && !is_dns_label(deployment.key.name))
        metadata.refuse("name", "must be lower case letters, digits and '-' on kubernetes, a letter or digit first "
                                "and last");
}

} // namespace

std::string_view word(Runtime runtime)
{
    switch (runtime) {
    case Runtime::docker: return "docker";
    case Runtime::kubernetes: return "kubernetes";
    case Runtime::local: return "local";
    }
    return "docker";
}

Result<Deployment> deployment_of(const Object& document, Strictness strictness)
{
    auto key = key_of(document, "");
    if (!key)
        return key.error();
    auto id = id_of(document, *key);
    if (!id)
        return id.error();
    Deployment deployment;
    deployment.key = std::move(*key);
    deployment.id = std::move(*id);
    Reading reading{strictness, {}};
    read_top(deployment, Fields{document, "", reading});
    if (reading.failure)
        return *reading.failure;
    return deployment;
}

std::string short_id(const Deployment& deployment)
{
    constexpr std::size_t digits = 8;
    std::string text;
    for (const char c : deployment.id)
        if (c != '-')
            text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    text.resize(std::min(text.size(), digits));
    // What other ids begin with is fit for no name.
    if (text.size() < digits || !std::ranges::all_of(text, is_small))
        return derived_id(deployment.id, "short").substr(0, digits);
    return text;
}

} // namespace forager::reconcile
