// The family k8s: what upstream's executor of Kubernetes does, with its names, results and refusals.
#include "functions/kubernetes.hpp"
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"

#include "io/formats/json.hpp"
#include "primitives/kubernetes/deployments.hpp"
#include "primitives/kubernetes/executors.hpp"
#include "primitives/kubernetes/logs.hpp"
#include "primitives/kubernetes/pods.hpp"

#include <boost/asio/awaitable.hpp>

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

struct Kind {
    std::string name;
    std::string doc;
    std::vector<KubernetesParameter> parameters;
    std::vector<std::string> options; ///< besides namespace
    asio::awaitable<Outcome> (*work)(KubernetesCall& call) = nullptr;
    std::string refusal = "Failed to create k8s handler"; ///< upstream's, whatever the reason
};

class KubernetesFunction final : public Handler {
public:
    KubernetesFunction(const KubernetesAccess& kubernetes, Kind kind) : kubernetes_{kubernetes}, kind_{std::move(kind)}
    {
    }

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer&) override
    {
        auto arguments = kubernetes_arguments(invocation, kind_.parameters, kind_.options);
        if (!arguments)
            co_return arguments.error();
        const auto native = flag_argument(arguments->options, "native", false);
        if (!native)
            co_return native.error();
        const auto cluster = kubernetes_();
        if (!cluster)
            co_return refused(cluster.error(), "Failed to create k8s handler");
        KubernetesCall call{**cluster, invocation, std::move(*arguments), *native};
        auto outcome = co_await kind_.work(call);
        if (outcome.has_error())
            co_return refused(std::move(outcome).error(), kind_.refusal);
        co_return outcome;
    }

private:
    static Failure refused(Failure failure, const std::string& words)
    {
        failure.message = words + ": " + failure.message;
        return failure;
    }

    const KubernetesAccess& kubernetes_;
    Kind kind_;
};

Outcome as_list(const KubernetesCall& call, Result<Array> list)
{
    if (!list)
        return list.error();
    return Outputs{call.native ? Value{std::move(*list)} : Value{to_json(Value{std::move(*list)})}};
}

asio::awaitable<Outcome> nothing(asio::awaitable<Result<void>> work)
{
    const auto done = co_await std::move(work);
    if (done.has_error())
        co_return done.error();
    co_return Outputs{};
}

asio::awaitable<Outcome> undeploy(KubernetesCall& call)
{
    return nothing(kubernetes_work::undeploy(call.cluster, call.arguments.text(0), call.without("native")));
}

asio::awaitable<Outcome> deployments(KubernetesCall& call)
{
    auto names = co_await kubernetes_work::names_of(call.cluster, "deployments", call.without("native"));
    co_return as_list(call, std::move(names));
}

asio::awaitable<Outcome> scale(KubernetesCall& call)
{
    return nothing(
        kubernetes_work::scale(call.cluster, call.arguments.text(0), call.arguments.whole(1), call.without("native")));
}

asio::awaitable<Outcome> get_scale(KubernetesCall& call)
{
    const auto count =
        co_await kubernetes_work::replicas_of(call.cluster, call.arguments.text(0), call.without("native"));
    if (count.has_error())
        co_return count.error();
    co_return Outputs{Value{*count}};
}

// All of the namespace, or a Deployment's.
asio::awaitable<Result<Array>> pods_of(KubernetesCall& call)
{
    Object options = call.without("native");
    if (!call.arguments.values[0].is_null())
        options.append("deployment", call.arguments.values[0]);
    return kubernetes_work::names_of(call.cluster, "pods", std::move(options));
}

asio::awaitable<Outcome> get_pods(KubernetesCall& call)
{
    auto names = co_await pods_of(call);
    co_return as_list(call, std::move(names));
}

asio::awaitable<Outcome> pods(KubernetesCall& call)
{
    const auto names = co_await pods_of(call);
    if (names.has_error())
        co_return names.error();
    co_return Outputs{call.native ? Value{names->size()} : Value{std::to_string(names->size())}};
}

asio::awaitable<Outcome> get_containers(KubernetesCall& call)
{
    auto names = co_await kubernetes_work::containers_of(call.cluster, call.arguments.text(0), call.without("native"));
    co_return as_list(call, std::move(names));
}

asio::awaitable<Outcome> containers(KubernetesCall& call)
{
    const auto names =
        co_await kubernetes_work::containers_of(call.cluster, call.arguments.text(0), call.without("native"));
    if (names.has_error())
        co_return names.error();
    co_return Outputs{Value{names->size()}};
}

asio::awaitable<Outcome> restart(KubernetesCall& call)
{
    return nothing(kubernetes_work::restart(call.cluster, call.arguments.text(0), call.without("native")));
}

asio::awaitable<Outcome> get_output(KubernetesCall& call)
{
    Object options = call.without("native");
    if (!call.arguments.values[1].is_null())
        options.append("container", call.arguments.values[1]);
    auto text = co_await kubernetes_work::logs(call.cluster, call.arguments.text(0), std::move(options), nullptr);
    if (text.has_error())
        co_return text.error();
    co_return Outputs{Value{std::move(*text)}};
}

KubernetesParameter deployment(bool needed = true)
{
    return {{"deploymentname", "deployment_name"}, "deploymentName", Type::string, needed};
}

KubernetesParameter pod(std::string word = "podname")
{
    return {{"podname", "pod_name"}, std::move(word), Type::string, true};
}

KubernetesParameter pods_wanted()
{
    return {{"pods"}, "pods", Type::integer, true};
}

std::vector<Kind> kinds()
{
    const std::string deployed =
        "Makes a Deployment of executors. Keywords: wait (until its pods are ready), timeout; ramdisk_size; env, "
        "secrets "
        "(kept in a Secret); command, args, cwd, cpu, memory, gpus, pull, node, account, pull_secret.";
    const std::vector<KubernetesParameter> deployed_by{
        deployment(),
        pods_wanted(),
        {{"executorperpod", "executors_per_pod"}, "executors", Type::integer},
        {{"ramdisk"}, "ramdisk", Type::boolean},
        {{"dockerimage", "image"}, "dockerImage", Type::string}};
    const std::string undone = "Removes a Deployment with its pods and keys. Keywords: wait, timeout.";
    const std::string named = "The names of the Deployments, as a text that holds a JSON array. Keywords: native.";
    const std::vector<std::string> native{"native"};
    return {
        {"deploy", deployed, deployed_by, kubernetes_deploy_options(), deploy_on_kubernetes,
         "Failed to create deployment"},
        {"deploy_executor", deployed, deployed_by, kubernetes_deploy_options(), deploy_on_kubernetes,
         "Failed to create deployment"},
        {"undeploy", undone, {deployment()}, {"wait", "timeout"}, undeploy},
        {"get_deployments", named, {}, native, deployments},
        {"list", named, {}, native, deployments},
        {"scale", "Says how many pods a Deployment is to have.", {deployment(), pods_wanted()}, {}, scale},
        {"get_scale", "How many pods a Deployment is to have.", {deployment()}, native, get_scale},
        {"get_pods",
         "The names of all pods, or of a Deployment's, as a text that holds a JSON array. Keywords: native.",
         {deployment(false)},
         native,
         get_pods},
        {"pods",
         "How many pods there are, or a Deployment has, as text. Keywords: native.",
         {deployment(false)},
         native,
         pods},
        {"get_containers",
         "The names of a pod's containers, as a text that holds a JSON array. Keywords: native.",
         {pod()},
         native,
         get_containers},
        {"containers", "How many containers a pod has.", {pod()}, native, containers},
        {"restart",
         "Removes a pod, for its controller to make another one.",
         {pod("deploymentName")},
         {},
         restart,
         "Failed to restart pod"},
        {"get_output",
         "What a pod has printed. Keywords: tail, since, previous, timestamps, limit.",
         {pod(), {{"container"}, "container", Type::string, false}},
         {"tail", "since", "previous", "timestamps", "limit"},
         get_output},
    };
}

void add(Registry& registry, const KubernetesAccess& kubernetes, Kind kind)
{
    Function function;
    function.name = "k8s." + kind.name;
    function.doc = kind.doc;
    for (const KubernetesParameter& parameter : kind.parameters)
        function.parameters.push_back({parameter.names.front(), parameter.type,
                                       parameter.needed ? std::optional<Value>{} : std::optional{Value{}}});
    function.variadic = !kind.options.empty();
    function.raw = true;
    kind.options.emplace_back("namespace");
    add_function(registry, std::move(function), std::make_shared<KubernetesFunction>(kubernetes, std::move(kind)));
}

} // namespace

void add_kubernetes(Registry& registry, const KubernetesAccess& kubernetes, const cfs::FilesAccess& files)
{
    for (Kind& kind : kinds())
        add(registry, kubernetes, std::move(kind));
    add_kubernetes_execute(registry, kubernetes, files);
}

} // namespace forager
