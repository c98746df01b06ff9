#include "clients/kubernetes/pods.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace forager::kubernetes {

namespace {

using Text = std::string;

// Reasons to wait that are no trouble.
constexpr std::array<std::string_view, 3> usual{"ContainerCreating", "PodInitializing", ""};

const Object* status_named(const Array& statuses, const Text& name)
{
    for (const Value& item : statuses)
        if (const auto* status = item.get<Object>(); status != nullptr && part<Text>(*status, "name") == name)
            return status;
    return nullptr;
}

ContainerState read_state(const Object& status)
{
    const auto state = part<Object>(status, "state");
    ContainerState read;
    read.restarts = part<std::int64_t>(status, "restartCount");
    read.ready = part<bool>(status, "ready");
    for (const auto& [name, phase] :
         {std::pair{"waiting", ContainerState::Phase::waiting}, std::pair{"running", ContainerState::Phase::running},
          std::pair{"terminated", ContainerState::Phase::ended}}) {
        const Value* told = state.find(name);
        if (const auto* more = told == nullptr ? nullptr : told->get<Object>()) {
            read.phase = phase;
            read.reason = part<Text>(*more, "reason");
            read.message = part<Text>(*more, "message");
            read.exit_code = part<std::int64_t>(*more, "exitCode");
        }
    }
    return read;
}

Text with_message(const Text& reason, const Text& message)
{
    return message.empty() ? reason : reason + ": " + message;
}

// Of the container's present state, or of the end before it was begun again.
Text trouble_of(const ContainerState& container)
{
    if (container.phase == ContainerState::Phase::waiting && std::ranges::find(usual, container.reason) == usual.end())
        return "container " + container.name + ": " + with_message(container.reason, container.message);
    if (container.phase == ContainerState::Phase::ended && container.exit_code != 0)
        return "container " + container.name + " ended with status " + std::to_string(container.exit_code) +
               (container.reason.empty() || container.reason == "Error" ? "" : ", " + container.reason);
    return {};
}

Text unmet_condition(const Object& status)
{
    for (const Value& item : part<Array>(status, "conditions")) {
        const auto* condition = item.get<Object>();
        if (condition != nullptr && part<Text>(*condition, "type") == "PodScheduled" &&
            part<Text>(*condition, "status") == "False")
            return with_message(part<Text>(*condition, "reason"), part<Text>(*condition, "message"));
    }
    return {};
}

} // namespace

std::vector<ContainerState> containers_of(const Object& pod)
{
    const auto statuses = part<Array>(part<Object>(pod, "status"), "containerStatuses");
    std::vector<ContainerState> containers;
    for (const Value& item : part<Array>(part<Object>(pod, "spec"), "containers")) {
        const auto* container = item.get<Object>();
        const auto name = container == nullptr ? Text{} : part<Text>(*container, "name");
        const Object* status = status_named(statuses, name);
        ContainerState state = status == nullptr ? ContainerState{} : read_state(*status);
        state.name = name;
        containers.push_back(std::move(state));
    }
    return containers;
}

Text phase_of(const Object& pod)
{
    return part<Text>(part<Object>(pod, "status"), "phase");
}

bool is_ready(const Object& pod)
{
    for (const Value& item : part<Array>(part<Object>(pod, "status"), "conditions"))
        if (const auto* condition = item.get<Object>();
            condition != nullptr && part<Text>(*condition, "type") == "Ready")
            return part<Text>(*condition, "status") == "True" && !is_being_deleted(pod);
    return false;
}

bool is_being_deleted(const Object& object)
{
    return !part<Text>(part<Object>(object, "metadata"), "deletionTimestamp").empty();
}

bool has_ended(const Object& pod)
{
    const Text phase = phase_of(pod);
    return phase == "Succeeded" || phase == "Failed";
}

Text trouble_of(const Object& pod)
{
    const auto status = part<Object>(pod, "status");
    if (const auto reason = part<Text>(status, "reason"); !reason.empty()) // "Evicted", "DeadlineExceeded"
        return with_message(reason, part<Text>(status, "message"));
    for (const ContainerState& container : containers_of(pod))
        if (auto trouble = trouble_of(container); !trouble.empty())
            return trouble;
    return unmet_condition(status);
}

} // namespace forager::kubernetes
