// k8s.deploy: a Deployment of executors, as upstream's executor of Kubernetes makes it.
#include "functions/kubernetes.hpp"

#include "core/options.hpp"
#include "primitives/kubernetes/deployments.hpp"
#include "primitives/kubernetes/executors.hpp"
#include "primitives/kubernetes/options.hpp"

#include <initializer_list>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// How programs in its pods find the colony: as the configuration says it, or as whom the call came.
kubernetes_work::ExecutorOrder in_the_colony(const KubernetesCall& call)
{
    kubernetes_work::ExecutorOrder order;
    order.origin = call.invocation.id;
    order.env = call.cluster.config().colony;
    for (const char* name : {"COLONIES_SERVER_HOST", "COLONIES_SERVER_PORT", "COLONIES_TLS", "COLONIES_COLONY_ID",
                             "COLONIES_COLONY_NAME", "COLONIES_EXECUTOR_ID", "COLONIES_EXECUTOR_NAME"})
        if (const Value* value = call.invocation.env.find(name))
            order.env.set(name, *value);
    // They are there only where the executor's configuration says so.
    for (const char* name : {"COLONIES_EXECUTOR_PRVKEY", "COLONIES_PRVKEY"})
        if (const Value* value = call.invocation.env.find(name))
            order.secrets.append(name, *value);
    return order;
}

Object only(const Object& options, std::initializer_list<std::string_view> names)
{
    Object chosen;
    for (const std::string_view name : names)
        if (const Value* value = option(options, name))
            chosen.append(std::string{name}, *value);
    return chosen;
}

} // namespace

asio::awaitable<Outcome> deploy_on_kubernetes(KubernetesCall& call)
{
    constexpr std::int64_t most_containers = 100;
    const KubernetesArguments& given = call.arguments;
    auto wait = flag_option(given.options, "wait", false);
    if (wait.has_error())
        co_return wait.error();
    auto order = in_the_colony(call);
    order.name = given.text(0);
    order.pods = given.whole(1);
    order.per_pod = given.whole(2);
    order.ramdisk = given.flag(3);
    order.image = given.text(4);
    if (order.per_pod < 1 || order.per_pod > most_containers)
        co_return Failure{Errc::bad_arguments, "a pod has 1 to " + std::to_string(most_containers) +
                                                   " executors, not " + std::to_string(order.per_pod)};
    Object described;
    for (const Member& member : given.options)
        if (member.name != "wait" && member.name != "timeout" && member.name != "native")
            described.append(member.name, member.value);
    auto made = co_await kubernetes_work::deploy_executors(call.cluster, std::move(order), std::move(described));
    if (made.has_error() || !*wait)
        co_return made.has_error() ? Outcome{made.error()} : Outcome{Outputs{}};
    auto ready = co_await kubernetes_work::wait_ready(call.cluster, given.text(0),
                                                      only(given.options, {"namespace", "timeout"}));
    if (ready.has_error())
        co_return ready.error();
    co_return Outputs{};
}

std::vector<std::string> kubernetes_deploy_options()
{
    std::vector<std::string> names{"wait", "timeout"};
    for (const std::string_view name : kubernetes_work::executor_options())
        if (name != "namespace")
            names.emplace_back(name);
    for (const std::string_view name : kubernetes_work::pod_options())
        if (name != "image")
            names.emplace_back(name);
    return names;
}

} // namespace forager
