#include "clients/kubernetes/resource.hpp"

#include "io/url.hpp"

#include "clients/kubernetes/client.hpp"

#include <algorithm>
#include <utility>

namespace forager::kubernetes {

namespace {

std::string lower(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return result;
}

std::string metadata(const Object& object, std::string_view name)
{
    return part<std::string>(part<Object>(object, "metadata"), name);
}

} // namespace

Resource::Resource(std::string group, std::string version, std::string name, std::string kind, bool is_in_space,
                   std::vector<std::string> short_names)
    : group{std::move(group)},
      version{std::move(version)},
      name{std::move(name)},
      kind{std::move(kind)},
      is_in_space{is_in_space},
      short_names{std::move(short_names)}
{
}

std::string Resource::api_version() const
{
    return group.empty() ? version : group + "/" + version;
}

std::string Resource::full_name() const
{
    return group.empty() ? name : name + "." + group;
}

GroupVersion group_version(std::string_view api_version)
{
    const std::size_t slash = api_version.find('/');
    if (slash == std::string_view::npos)
        return {"", std::string{api_version}};
    return {std::string{api_version.substr(0, slash)}, std::string{api_version.substr(slash + 1)}};
}

bool is_meant(const Resource& resource, std::string_view word)
{
    const std::string wanted = lower(word);
    return wanted == resource.name || wanted == lower(resource.kind) || wanted == resource.full_name() ||
           wanted == resource.name + "." + resource.version + "." + resource.group ||
           std::ranges::find(resource.short_names, wanted) != resource.short_names.end();
}

const std::vector<Resource>& usual_resources()
{
    static const std::vector<Resource> usual{
        {"", "v1", "pods", "Pod", true, {"po"}},
        {"", "v1", "services", "Service", true, {"svc"}},
        {"", "v1", "configmaps", "ConfigMap", true, {"cm"}},
        {"", "v1", "secrets", "Secret"},
        {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, {"pvc"}},
        {"", "v1", "persistentvolumes", "PersistentVolume", false, {"pv"}},
        {"", "v1", "serviceaccounts", "ServiceAccount", true, {"sa"}},
        {"", "v1", "endpoints", "Endpoints", true, {"ep"}},
        {"", "v1", "events", "Event", true, {"ev"}},
        {"", "v1", "namespaces", "Namespace", false, {"ns"}},
        {"", "v1", "nodes", "Node", false, {"no"}},
        {"apps", "v1", "deployments", "Deployment", true, {"deploy"}},
        {"apps", "v1", "replicasets", "ReplicaSet", true, {"rs"}},
        {"apps", "v1", "statefulsets", "StatefulSet", true, {"sts"}},
        {"apps", "v1", "daemonsets", "DaemonSet", true, {"ds"}},
        {"batch", "v1", "jobs", "Job"},
        {"batch", "v1", "cronjobs", "CronJob", true, {"cj"}},
        {"coordination.k8s.io", "v1", "leases", "Lease"},
        {"networking.k8s.io", "v1", "ingresses", "Ingress", true, {"ing"}},
        {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, {"crd"}},
    };
    return usual;
}

std::string Place::path() const
{
    std::string path = resource.group.empty() ? "/api/" : "/apis/" + percent_encoded(resource.group) + "/";
    path += percent_encoded(resource.version);
    if (resource.is_in_space && !space.empty())
        path += "/namespaces/" + percent_encoded(space);
    return path + "/" + percent_encoded(resource.name);
}

std::string Place::path(std::string_view name) const
{
    return path() + "/" + percent_encoded(name);
}

std::string Place::path(std::string_view name, std::string_view subresource) const
{
    return path(name) + "/" + std::string{subresource};
}

std::string name_of(const Object& object)
{
    return metadata(object, "name");
}

std::string space_of(const Object& object)
{
    return metadata(object, "namespace");
}

std::string uid_of(const Object& object)
{
    return metadata(object, "uid");
}

std::string version_of(const Object& object)
{
    return metadata(object, "resourceVersion");
}

} // namespace forager::kubernetes
