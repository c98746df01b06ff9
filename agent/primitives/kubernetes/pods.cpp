#include "primitives/kubernetes/pods.hpp"

#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/pods.hpp"
#include "primitives/kubernetes/objects.hpp"

#include <algorithm>
#include <utility>

namespace forager::kubernetes_work {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<Object>> one_of(KubernetesCluster& cluster, std::string resource, std::string name,
                                       Object options)
{
    auto place = co_await place_of(cluster, std::move(resource), std::move(options));
    if (place.has_error())
        co_return place.error();
    auto object = co_await kubernetes::get(cluster.client(), std::move(*place), std::move(name));
    co_return object;
}

bool has_controller(const Object& pod)
{
    const auto owners = part<Array>(part<Object>(pod, "metadata"), "ownerReferences");
    return std::ranges::any_of(owners, [](const Value& item) {
        const auto* owner = item.get<Object>();
        return owner != nullptr && part<bool>(*owner, "controller");
    });
}

} // namespace

asio::awaitable<Result<Array>> names_of(KubernetesCluster& cluster, std::string resource, Object options)
{
    const auto objects = co_await list(cluster, std::move(resource), std::move(options));
    if (objects.has_error())
        co_return objects.error();
    Array names;
    for (const Value& object : *objects)
        names.emplace_back(kubernetes::name_of(*object.get<Object>()));
    co_return names;
}

asio::awaitable<Result<Array>> containers_of(KubernetesCluster& cluster, std::string pod, Object options)
{
    const auto object = co_await one_of(cluster, "pods", std::move(pod), std::move(options));
    if (object.has_error())
        co_return object.error();
    Array names;
    for (const kubernetes::ContainerState& container : kubernetes::containers_of(*object))
        names.emplace_back(container.name);
    co_return names;
}

asio::awaitable<Result<std::int64_t>> replicas_of(KubernetesCluster& cluster, std::string deployment, Object options)
{
    const auto object = co_await one_of(cluster, "deployments", std::move(deployment), std::move(options));
    if (object.has_error())
        co_return object.error();
    co_return part<std::int64_t>(part<Object>(*object, "spec"), "replicas");
}

asio::awaitable<Result<void>> restart(KubernetesCluster& cluster, std::string pod, Object options)
{
    auto place = co_await place_of(cluster, "pods", std::move(options));
    if (place.has_error())
        co_return place.error();
    const auto object = co_await kubernetes::get(cluster.client(), *place, pod);
    if (object.has_error())
        co_return object.error();
    if (!has_controller(*object))
        co_return Failure{Errc::refused, "pod '" + pod + "' has no controller that would make another one"};
    kubernetes::Removal removal;
    removal.uid = kubernetes::uid_of(*object);
    auto removed = co_await kubernetes::remove(cluster.client(), std::move(*place), std::move(pod), std::move(removal));
    co_return removed;
}

} // namespace forager::kubernetes_work
