#include "primitives/replicas/kubernetes_pod.hpp"

#include "base/text.hpp"
#include "clients/kubernetes/resource.hpp"
#include "primitives/kubernetes/options.hpp"
#include "primitives/kubernetes/security.hpp"
#include "primitives/replicas/kubernetes_marks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

namespace forager::replicas {

using kubernetes_work::literally;
using reconcile::Deployment;
using reconcile::Template;
using reconcile::Volume;

namespace {

// "-12345678-1999" or "-12345" is put behind it, and a pod's name is that of its host.
constexpr std::size_t longest_name = 63 - 14;
constexpr std::array<std::string_view, 4> upstreams_labels{"colonies.deployment", "colonies.managed",
                                                           "colonies.generation", "colonies.executor"};

Failure wrong(const std::string& field, const std::string& why)
{
    Failure failure{Errc::bad_arguments, field + ": " + why};
    failure.details.append("field", field);
    return failure;
}

std::string place(const char* list, std::size_t index)
{
    return std::string{"spec."} + list + "[" + std::to_string(index) + "]";
}

// What an object can carry, and a program be given.
bool can_be_told(std::string_view text)
{
    return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

// As the API server wants a Secret's members and the node a container's variables.
bool is_variable(std::string_view name)
{
    const auto fits = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
    };
    constexpr std::size_t longest = 253;
    return !name.empty() && name.size() <= longest && std::ranges::all_of(name, fits) && !name.starts_with('.') &&
           name.front() != '-' && !(name.front() >= '0' && name.front() <= '9');
}

Result<void> check_env(const Template& wanted)
{
    for (const auto& [name, text] : wanted.env) {
        if (!is_variable(name))
            return wrong("spec.env." + name, "a pod's variables are named with letters, digits, '_', '-' and '.', and "
                                             "begin with a letter or '_'");
        if (!can_be_told(text))
            return wrong("spec.env." + name, "must be UTF-8, and without a zero byte");
    }
    return {};
}

Result<void> check_words(const char* field, const std::optional<std::vector<std::string>>& words)
{
    if (words && !std::ranges::all_of(*words, can_be_told))
        return wrong(field, "must be UTF-8, and without a zero byte");
    return {};
}

Result<void> check_labels(const Template& wanted)
{
    for (const auto& [name, text] : wanted.labels) {
        const std::string field = "spec.labels." + name;
        if (!is_label_name(name))
            return wrong(field, "no label of Kubernetes is called so: letters, digits, '-', '_' and '.', 63 at most, "
                                "perhaps with a domain and '/' in front");
        if (!is_label_value(text))
            return wrong(field, "'" + text +
                                    "' is no label of Kubernetes: letters, digits, '-', '_' and '.', 63 at "
                                    "most, with a letter or digit at both ends");
        if (name.starts_with(mark_prefix) || std::ranges::find(upstreams_labels, name) != upstreams_labels.end())
            return wrong(field, "is a label by which replicas are known: leave it out");
    }
    return {};
}

Result<void> check_volumes(const Template& wanted)
{
    for (std::size_t i = 0; i < wanted.volumes.size(); ++i) {
        const Volume& volume = wanted.volumes[i];
        if (!volume.source.starts_with('/') && !is_domain_name(volume.source))
            return wrong(place("volumes", i), "'" + volume.source +
                                                  "' is neither an absolute path of the node nor the "
                                                  "name of a volume claim");
        if (!volume.target.starts_with('/') || volume.target.find(':') != std::string::npos)
            return wrong(place("volumes", i), "'" + volume.target + "' is no absolute path without ':'");
        const auto before = wanted.volumes.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::ranges::find(wanted.volumes.begin(), before, volume.target, &Volume::target) != before)
            return wrong(place("volumes", i), "something else is at '" + volume.target + "' already");
    }
    return {};
}

Result<void> check_ports(const Template& wanted)
{
    for (std::size_t i = 0; i < wanted.ports.size(); ++i)
        if (const std::string& word = wanted.ports[i].protocol; word != "tcp" && word != "udp" && word != "sctp")
            return wrong(place("ports", i), "protocol must be tcp, udp or sctp, not '" + word + "'");
    return {};
}

Object user_option(const Template& wanted)
{
    return wanted.user.empty() ? Object{} : Object{{"user", wanted.user}};
}

Result<void> check_user(const Template& wanted)
{
    const auto security = kubernetes_work::security_of(user_option(wanted));
    if (security.has_error())
        return wrong("spec.user", "a pod's " + security.error().message);
    return {};
}

Array words_of(const std::vector<std::string>& given)
{
    Array words;
    for (const std::string& word : given)
        words.emplace_back(literally(word));
    return words;
}

Object resources_of(const Template& wanted)
{
    constexpr double milli = 1000;
    Object amounts;
    if (wanted.cpu)
        amounts.append("cpu", std::to_string(static_cast<std::int64_t>(std::ceil(*wanted.cpu * milli))) + "m");
    if (wanted.memory)
        amounts.append("memory", std::to_string(*wanted.memory));
    return amounts.empty() ? Object{} : Object{{"requests", amounts}, {"limits", amounts}};
}

Array ports_of(const Template& wanted)
{
    Array ports;
    for (const reconcile::PortMapping& port : wanted.ports) {
        std::string protocol = port.protocol;
        std::ranges::transform(protocol, protocol.begin(), [](char letter) {
            return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
        });
        Object mapping{{"containerPort", port.container}, {"protocol", std::move(protocol)}};
        if (port.host)
            mapping.append("hostPort", *port.host);
        ports.emplace_back(std::move(mapping));
    }
    return ports;
}

std::string volume_name(std::size_t index)
{
    return "volume-" + std::to_string(index + 1);
}

Array mounts_of(const Template& wanted)
{
    Array mounts;
    for (std::size_t i = 0; i < wanted.volumes.size(); ++i) {
        Object mount{{"name", volume_name(i)}, {"mountPath", wanted.volumes[i].target}};
        if (wanted.volumes[i].read_only)
            mount.append("readOnly", true);
        mounts.emplace_back(std::move(mount));
    }
    return mounts;
}

Array volumes_of(const Template& wanted)
{
    Array volumes;
    for (std::size_t i = 0; i < wanted.volumes.size(); ++i) {
        const std::string& source = wanted.volumes[i].source;
        Object volume{{"name", volume_name(i)}};
        if (source.starts_with('/'))
            volume.append("hostPath", Object{{"path", source}});
        else
            volume.append("persistentVolumeClaim", Object{{"claimName", source}});
        volumes.emplace_back(std::move(volume));
    }
    return volumes;
}

std::int64_t whole_seconds(Duration duration)
{
    return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count());
}

// Kubernetes takes the "$(NAME)" out of such a command, too.
Object probe_of(const reconcile::HealthCheck& health)
{
    return {{"exec", Object{{"command", words_of(health.command)}}},
            {"periodSeconds", whole_seconds(health.interval)},
            {"timeoutSeconds", whole_seconds(health.timeout)},
            {"failureThreshold", std::max(1, health.retries)}};
}

template <class T> void add_unless_empty(Object& object, const char* name, T content)
{
    if (!content.empty())
        object.append(name, std::move(content));
}

Object container_of(const Template& wanted, const std::string& secret, Object security)
{
    Object container{{"name", replica_container}, {"image", wanted.image}, {"imagePullPolicy", "IfNotPresent"}};
    if (wanted.entrypoint)
        add_unless_empty(container, "command", words_of(*wanted.entrypoint));
    if (wanted.command)
        add_unless_empty(container, "args", words_of(*wanted.command));
    Array sources;
    sources.emplace_back(Object{{"secretRef", Object{{"name", secret}}}});
    container.append("envFrom", std::move(sources));
    add_unless_empty(container, "workingDir", wanted.cwd);
    add_unless_empty(container, "ports", ports_of(wanted));
    add_unless_empty(container, "resources", resources_of(wanted));
    add_unless_empty(container, "volumeMounts", mounts_of(wanted));
    if (wanted.privileged)
        security.append("privileged", true);
    add_unless_empty(container, "securityContext", std::move(security));
    if (wanted.health)
        container.append("readinessProbe", probe_of(*wanted.health));
    return container;
}

} // namespace

Result<void> check_pod(const Deployment& wanted)
{
    const std::string& name = wanted.key.name;
    if (!is_network_name(name) || name.size() > longest_name)
        return wrong("metadata.name", "pods are named after it: lower-case letters, digits and '-', " +
                                          std::to_string(longest_name) +
                                          " at most, with a letter or digit at both ends, not '" + name + "'");
    const Template& replica = wanted.replica;
    if (replica.image.empty())
        return wrong("spec.image", "is missing: a pod needs an image");
    if (!replica.network.empty())
        return wrong("spec.network", "pods have the network of their cluster: leave it out");
    for (const auto& fine :
         {check_words("spec.entrypoint", replica.entrypoint), check_words("spec.command", replica.command),
          check_env(replica), check_labels(replica), check_volumes(replica), check_ports(replica), check_user(replica)})
        if (fine.has_error())
            return fine;
    return {};
}

Object pod_of(const Deployment& wanted, const NewReplica& replica, const std::string& secret)
{
    const Template& form = wanted.replica;
    Object labels;
    for (const auto& [name, text] : form.labels)
        labels.set(name, text);
    for (Member& label : labels_of(wanted, replica.name))
        labels.set(label.name, std::move(label.value));
    if (!replica.executor.empty() && is_label_value(replica.executor))
        labels.set("colonies.executor", replica.executor);
    Object notes = notes_of(wanted);
    notes.append(std::string{mark_prefix} + "executor", replica.executor);
    auto security = kubernetes_work::security_of(user_option(form));
    if (security.has_error()) // `check_pod` has said so
        security = kubernetes_work::Security{};
    Array containers;
    containers.emplace_back(container_of(form, secret, std::move(security->container)));
    Object spec{{"restartPolicy", "Never"},
                {"terminationGracePeriodSeconds", grace_seconds(wanted)},
                {"containers", std::move(containers)}};
    add_unless_empty(spec, "volumes", volumes_of(form));
    add_unless_empty(spec, "securityContext", std::move(security->pod));
    return {
        {"metadata", Object{{"name", replica.name}, {"labels", std::move(labels)}, {"annotations", std::move(notes)}}},
        {"spec", std::move(spec)}};
}

Object secret_of(const Deployment& wanted, const NewReplica& replica, const std::string& secret)
{
    Object texts;
    for (const auto& [name, text] : replica.env)
        texts.set(name, text);
    return {{"metadata",
             Object{{"name", secret}, {"labels", labels_of(wanted, replica.name)}, {"annotations", notes_of(wanted)}}},
            {"stringData", std::move(texts)}};
}

std::string secret_name_in(const Object& pod)
{
    for (const Value& item : part<Array>(part<Object>(pod, "spec"), "containers")) {
        const auto* container = item.get<Object>();
        if (container == nullptr || part<std::string>(*container, "name") != replica_container)
            continue;
        for (const Value& source : part<Array>(*container, "envFrom"))
            if (const auto* from = source.get<Object>())
                return part<std::string>(part<Object>(*from, "secretRef"), "name");
    }
    return {};
}

Object ownership_of(const Object& pod)
{
    Array owners;
    owners.emplace_back(Object{
        {"apiVersion", "v1"}, {"kind", "Pod"}, {"name", kubernetes::name_of(pod)}, {"uid", kubernetes::uid_of(pod)}});
    return {{"metadata", Object{{"ownerReferences", std::move(owners)}}}};
}

std::int64_t grace_seconds(const Deployment& wanted)
{
    return whole_seconds(wanted.grace);
}

} // namespace forager::replicas
