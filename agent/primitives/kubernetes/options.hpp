// What callers say of pods, as data, and the objects that it means to Kubernetes. The same words for scripts, functions
// and messages. Pure. All failures are bad_arguments and name the option.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forager::kubernetes_work {

/// The first of these that failed.
template <class... T> std::optional<Failure> first_failure(const Result<T>&... results)
{
    std::optional<Failure> first;
    const auto look = [&](const auto& result) {
        if (!first && result.has_error())
            first = result.error();
    };
    (look(results), ...);
    return first;
}

/// Names of the options that describe a pod.
std::span<const std::string_view> pod_options();

/// Refuses what is neither among the options nor among `more`, with a suggestion. `what` names the call.
Result<void> only_options(std::string_view what, const Object& options, std::span<const std::string_view> some,
                          std::span<const std::string_view> more = {});

/// The pod's spec, with one container of this name. Options: image, command, args, env, cwd, cpu, memory, gpus, ports,
/// volumes (see `mounts_of`), user, read_only, new_privileges (see `security_of`), pull, node, account, pull_secret.
Result<Object> pod_spec_of(const Object& options, const std::string& container);

/// A word of a command, an argument or a variable so that it arrives as it is: Kubernetes would put a variable's text
/// in the place of "$(NAME)", and "$" in that of "$$".
std::string literally(std::string_view text);

/// Whether there can be so many pods of a deployment.
Result<void> can_be_replicas(std::int64_t count);

/// Name → text or number.
Result<Object> texts_option(const Object& options, std::string_view name);

/// "app=web,tier=front" out of a table or of such a text.
Result<std::string> labels_option(const Object& options, std::string_view name);

/// A Deployment: `name`, `replicas` (1 by default), `labels`, and what describes its pods. Its pods are told by the
/// label forager.deployment, which is the deployment's name.
Result<Object> deployment_of(const Object& options);

/// A Job that runs once: `labels`, `timeout`, and what describes its pod.
Result<Object> job_of(const Object& options, const std::string& name);

} // namespace forager::kubernetes_work
