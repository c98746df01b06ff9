#include "primitives/replicas/kubernetes_instance.hpp"

#include "clients/kubernetes/pods.hpp"
#include "clients/kubernetes/resource.hpp"
#include "clients/kubernetes/times.hpp"
#include "primitives/replicas/kubernetes_marks.hpp"
#include "primitives/replicas/kubernetes_pod.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager::replicas {

using kubernetes::ContainerState;
using reconcile::Instance;

namespace {

Object named(const Array& list, std::string_view member, std::string_view name)
{
    for (const Value& item : list)
        if (const auto* object = item.get<Object>(); object != nullptr && part<std::string>(*object, member) == name)
            return *object;
    return {};
}

Object container_in(const Object& pod)
{
    return named(part<Array>(part<Object>(pod, "spec"), "containers"), "name", replica_container);
}

ContainerState state_in(const Object& pod)
{
    for (ContainerState& state : kubernetes::containers_of(pod))
        if (state.name == replica_container)
            return std::move(state);
    return {};
}

// "startedAt" and "finishedAt" stand where the state is told.
std::optional<WallTime> time_in(const Object& pod, const char* name)
{
    const auto statuses = part<Array>(part<Object>(pod, "status"), "containerStatuses");
    const auto state = part<Object>(named(statuses, "name", replica_container), "state");
    for (const char* phase : {"running", "terminated"})
        if (const auto time = kubernetes::parse_time(part<std::string>(part<Object>(state, phase), name)))
            return time;
    return std::nullopt;
}

std::int64_t number_in(const std::string& text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// The pod as a whole is not ready when its node is away, too: the container tells of its check alone. It is so once
// the check has failed as often as it may; one that was never well has that many tries since its start.
bool is_unhealthy(const Object& pod, std::optional<WallTime> started, WallTime now)
{
    const auto probe = part<Object>(container_in(pod), "readinessProbe");
    const auto conditions = part<Array>(part<Object>(pod, "status"), "conditions");
    const auto condition = named(conditions, "type", "ContainersReady");
    if (probe.empty() || !started || part<std::string>(condition, "status") != "False")
        return false;
    const auto since = kubernetes::parse_time(part<std::string>(condition, "lastTransitionTime"));
    if (since && *since > *started)
        return true;
    const auto tries = part<std::int64_t>(probe, "failureThreshold") * part<std::int64_t>(probe, "periodSeconds");
    return now - *started >= std::chrono::seconds{tries};
}

Instance::State state_of(const Object& pod, const ContainerState& container)
{
    if (kubernetes::is_being_deleted(pod) || kubernetes::has_ended(pod) ||
        container.phase == ContainerState::Phase::ended)
        return Instance::State::ended;
    return container.phase == ContainerState::Phase::running ? Instance::State::running : Instance::State::starting;
}

// In the words of the other runtimes, but for what the pod itself has to say.
std::string end_of(const Object& pod, const ContainerState& container)
{
    const bool pod_says_why = !part<std::string>(part<Object>(pod, "status"), "reason").empty();
    if (pod_says_why || container.phase != ContainerState::Phase::ended)
        return kubernetes::trouble_of(pod);
    if (container.reason == "OOMKilled")
        return "it was killed because it wanted more memory than it may have";
    const bool is_usual = container.reason.empty() || container.reason == "Error" || container.reason == "Completed";
    return "it has ended with status " + std::to_string(container.exit_code) +
           (is_usual ? "" : ", " + container.reason) + (container.message.empty() ? "" : ": " + container.message);
}

std::string trouble_of(const Object& pod, const ContainerState& container, const Instance& instance)
{
    if (kubernetes::is_being_deleted(pod))
        return "the pod is being deleted";
    if (instance.state == Instance::State::ended)
        return end_of(pod, container);
    if (auto trouble = kubernetes::trouble_of(pod); !trouble.empty() || instance.ready)
        return trouble;
    const bool is_checked = !part<Object>(container_in(pod), "readinessProbe").empty();
    if (instance.state == Instance::State::running && is_checked)
        return instance.unhealthy ? "its health check fails" : "its health check has not succeeded yet";
    return {};
}

} // namespace

Instance instance_of(const Object& pod, WallTime now)
{
    const ContainerState container = state_in(pod);
    Instance instance;
    instance.name = kubernetes::name_of(pod);
    instance.id = kubernetes::uid_of(pod);
    instance.print = label_of(pod, "print");
    instance.generation = number_in(note_of(pod, "generation"));
    instance.executor = note_of(pod, "executor");
    instance.image = part<std::string>(container_in(pod), "image");
    instance.state = state_of(pod, container);
    const auto metadata = part<Object>(pod, "metadata");
    instance.created = kubernetes::parse_time(part<std::string>(metadata, "creationTimestamp")).value_or(WallTime{});
    instance.started = time_in(pod, "startedAt");
    instance.ended = time_in(pod, "finishedAt");
    if (container.phase == ContainerState::Phase::ended)
        instance.exit_code = static_cast<int>(container.exit_code);
    if (instance.state == Instance::State::running) {
        instance.ready = kubernetes::is_ready(pod);
        instance.unhealthy = !instance.ready && is_unhealthy(pod, instance.started, now);
    }
    instance.trouble = trouble_of(pod, container, instance);
    return instance;
}

} // namespace forager::replicas
