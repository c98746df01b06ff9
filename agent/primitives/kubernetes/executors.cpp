#include "primitives/kubernetes/executors.hpp"

#include "base/ids.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "core/options.hpp"
#include "primitives/kubernetes/objects.hpp"
#include "primitives/kubernetes/options.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;
using kubernetes::Place;

namespace {

constexpr std::array<std::string_view, 3> more_options{"secrets", "ramdisk_size", "namespace"};
constexpr const char* deployment_label = "forager.deployment";
constexpr const char* origin_note = "forager.invocation";
constexpr const char* pod_name = "PODNAME";

struct Environment {
    Object open;
    Object secret;
};

// What the caller says counts. A secret text stands nowhere else.
Result<Environment> environment_of(const ExecutorOrder& order, const Object& options)
{
    auto env = texts_option(options, "env");
    auto secrets = texts_option(options, "secrets");
    if (const auto failure = first_failure(env, secrets))
        return *failure;
    Environment all{order.env, order.secrets};
    for (Member& variable : *secrets)
        all.secret.set(variable.name, std::move(variable.value));
    for (Member& variable : *env)
        all.open.set(variable.name, std::move(variable.value));
    Object open;
    for (Member& variable : all.open)
        if (all.secret.find(variable.name) == nullptr && variable.name != pod_name)
            open.append(variable.name, std::move(variable.value));
    all.open = std::move(open);
    return all;
}

// A new one may be made while the one of a removed Deployment of this name is still there.
std::string secret_name(const ExecutorOrder& order)
{
    constexpr std::size_t length = 8;
    return order.name + "-keys-" + derived_id(order.origin, order.name).substr(0, length);
}

Array variables_of(const ExecutorOrder& order, Environment env)
{
    Array variables;
    for (const Member& variable : env.open)
        variables.emplace_back(
            Object{{"name", variable.name}, {"value", literally(part<std::string>(env.open, variable.name))}});
    for (const Member& variable : env.secret)
        variables.emplace_back(Object{
            {"name", variable.name},
            {"valueFrom", Object{{"secretKeyRef", Object{{"name", secret_name(order)}, {"key", variable.name}}}}}});
    variables.emplace_back(
        Object{{"name", pod_name}, {"valueFrom", Object{{"fieldRef", Object{{"fieldPath", "metadata.name"}}}}}});
    return variables;
}

// Without a size it is as large as the node allows.
Result<Value> ramdisk_of(const Object& options)
{
    auto size = text_option(options, "ramdisk_size");
    if (size.has_error())
        return size.error();
    Object memory{{"medium", "Memory"}};
    if (*size)
        memory.append("sizeLimit", std::move(**size));
    return Value{Object{{"name", "ramdisk"}, {"emptyDir", std::move(memory)}}};
}

Result<void> add_ramdisk(Object& pod, Object& container, const Object& options)
{
    auto ramdisk = ramdisk_of(options);
    if (ramdisk.has_error())
        return ramdisk.error();
    auto volumes = part<Array>(pod, "volumes");
    volumes.push_back(std::move(*ramdisk));
    pod.set("volumes", std::move(volumes));
    auto mounts = part<Array>(container, "volumeMounts");
    mounts.emplace_back(Object{{"name", "ramdisk"}, {"mountPath", "/ramdisk"}});
    container.set("volumeMounts", std::move(mounts));
    return {};
}

Object pod_options_of(const ExecutorOrder& order, const Object& options)
{
    Object described{{"image", order.image}};
    for (const Member& member : options)
        if (std::ranges::find(more_options, member.name) == more_options.end() && member.name != "env" &&
            member.name != "image")
            described.append(member.name, member.value);
    return described;
}

Result<Object> pod_of(const ExecutorOrder& order, const Object& options)
{
    auto env = environment_of(order, options);
    auto pod = pod_spec_of(pod_options_of(order, options), "executor-0");
    if (const auto failure = first_failure(env, pod))
        return *failure;
    const auto containers = part<Array>(*pod, "containers");
    Object container = *containers.front().get<Object>();
    container.set("env", variables_of(order, std::move(*env)));
    if (order.ramdisk)
        if (auto added = add_ramdisk(*pod, container, options); added.has_error())
            return added.error();
    Array all;
    for (std::int64_t i = 0; i < order.per_pod; ++i) {
        container.set("name", "executor-" + std::to_string(i));
        all.emplace_back(container);
    }
    pod->set("containers", std::move(all));
    return pod;
}

asio::awaitable<Result<Object>> made_or_ours(KubernetesCluster& cluster, Place place, Object deployment)
{
    const std::string name = kubernetes::name_of(deployment);
    const auto origin =
        part<std::string>(part<Object>(part<Object>(deployment, "metadata"), "annotations"), origin_note);
    auto made = co_await kubernetes::create(cluster.client(), place, std::move(deployment));
    if (made.has_value() || kubernetes::reason_of(made.error()) != "AlreadyExists")
        co_return made;
    auto present = co_await kubernetes::get(cluster.client(), std::move(place), name);
    const bool ours =
        present.has_value() && !origin.empty() &&
        part<std::string>(part<Object>(part<Object>(*present, "metadata"), "annotations"), origin_note) == origin;
    co_return ours ? present : made;
}

asio::awaitable<Result<void>> with_secret(KubernetesCluster& cluster, std::string space, Object secret)
{
    auto secrets = co_await cluster.discovery().named("secrets");
    if (secrets.has_error())
        co_return secrets.error();
    const auto made =
        co_await kubernetes::create(cluster.client(), {std::move(*secrets), std::move(space)}, std::move(secret));
    if (made.has_error() && kubernetes::reason_of(made.error()) != "AlreadyExists")
        co_return made.error();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> make_both(KubernetesCluster& cluster, Place place, ExecutorOrder order, Object options,
                                        std::string* uid)
{
    auto deployment = executors_of(order, options);
    if (deployment.has_error())
        co_return deployment.error();
    auto made = co_await made_or_ours(cluster, place, std::move(*deployment));
    if (made.has_error())
        co_return made.error();
    *uid = kubernetes::uid_of(*made);
    auto secret = secret_of(order, options, *uid);
    if (secret.has_error())
        co_return secret.error();
    if (secret->empty())
        co_return Result<void>{};
    co_return co_await with_secret(cluster, place.space, std::move(*secret));
}

} // namespace

std::span<const std::string_view> executor_options()
{
    return more_options;
}

Result<Object> executors_of(const ExecutorOrder& order, const Object& options)
{
    if (auto known = only_options("k8s.deploy", options, pod_options(), more_options); known.has_error())
        return known.error();
    auto pod = pod_of(order, options);
    if (pod.has_error())
        return pod;
    const Object labels{{"app", "executor"}, {deployment_label, order.name}};
    Object metadata{{"name", order.name}, {"labels", labels}};
    if (!order.origin.empty())
        metadata.append("annotations", Object{{origin_note, order.origin}});
    return Object{
        {"metadata", std::move(metadata)},
        {"spec", Object{{"replicas", order.pods},
                        {"selector", Object{{"matchLabels", labels}}},
                        {"template", Object{{"metadata", Object{{"labels", labels}}}, {"spec", std::move(*pod)}}}}}};
}

Result<Object> secret_of(const ExecutorOrder& order, const Object& options, const std::string& uid)
{
    auto env = environment_of(order, options);
    if (env.has_error())
        return env.error();
    if (env->secret.empty())
        return Object{};
    Array owners;
    owners.emplace_back(Object{{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", order.name}, {"uid", uid}});
    return Object{{"metadata", Object{{"name", secret_name(order)},
                                      {"labels", Object{{deployment_label, order.name}}},
                                      {"ownerReferences", std::move(owners)}}},
                  {"stringData", std::move(env->secret)}};
}

asio::awaitable<Result<void>> deploy_executors(KubernetesCluster& cluster, ExecutorOrder order, Object options)
{
    auto place = co_await place_of(cluster, "deployments", options);
    if (place.has_error())
        co_return place.error();
    const std::string name = order.name;
    std::string uid;
    Result<void> made;
    std::exception_ptr thrown;
    try {
        made = co_await make_both(cluster, *place, std::move(order), std::move(options), &uid);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown)
        co_await asio::this_coro::reset_cancellation_state();
    // Its pods would wait for their keys for ever.
    if (!uid.empty() && (thrown || made.has_error())) {
        kubernetes::Removal removal;
        removal.uid = uid;
        (void)co_await kubernetes::remove(cluster.client(), std::move(*place), name, std::move(removal));
    }
    if (thrown)
        std::rethrow_exception(thrown);
    co_return made;
}

asio::awaitable<Result<void>> undeploy(KubernetesCluster& cluster, std::string name, Object options)
{
    auto wait = flag_option(options, "wait", false);
    auto place = co_await place_of(cluster, "deployments", options);
    if (const auto failure = first_failure(wait, place))
        co_return *failure;
    // In the words of the API where there is none.
    if (auto present = co_await kubernetes::get(cluster.client(), std::move(*place), name); present.has_error())
        co_return present.error();
    if (*wait)
        options.set("propagation", "foreground");
    auto removed = co_await remove(cluster, "deployments", std::move(name), std::move(options));
    if (removed.has_error())
        co_return removed.error();
    co_return Result<void>{};
}

} // namespace forager::kubernetes_work
