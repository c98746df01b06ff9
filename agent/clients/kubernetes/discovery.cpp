#include "clients/kubernetes/discovery.hpp"

#include "io/url.hpp"

#include "base/text.hpp"
#include "clients/kubernetes/refusal.hpp"

#include <algorithm>
#include <utility>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

Failure no_such(const std::string& word, const std::vector<Resource>& there)
{
    std::vector<std::string> names;
    for (const Resource& resource : there)
        names.push_back(resource.name);
    const auto near = nearest(word, names);
    return {Errc::not_found, "Kubernetes: this cluster has no objects called '" + word + "'" +
                                 (near ? ", did you mean '" + *near + "'?" : "")};
}

asio::awaitable<Result<Object>> ask_object(Client& client, std::string path)
{
    auto answer = co_await client.call({"GET", std::move(path)});
    if (answer.has_error())
        co_return answer.error();
    auto* object = answer->get<Object>();
    co_return object == nullptr ? Object{} : std::move(*object);
}

// {"name": "apps", "versions": […], "preferredVersion": {"groupVersion": "apps/v1"}}
std::string preferred_version(const Object& group)
{
    return part<std::string>(part<Object>(group, "preferredVersion"), "groupVersion");
}

} // namespace

std::vector<Resource> resources_in(const Object& list, const std::string& api_version)
{
    const auto [group, version] = group_version(api_version);
    std::vector<Resource> resources;
    for (const Value& item : part<Array>(list, "resources")) {
        const auto* told = item.get<Object>();
        if (told == nullptr || part<std::string>(*told, "name").find('/') != std::string::npos)
            continue;
        Resource resource{group, version, part<std::string>(*told, "name"), part<std::string>(*told, "kind"),
                          part<bool>(*told, "namespaced")};
        for (const Value& name : part<Array>(*told, "shortNames"))
            if (const auto* text = name.get<std::string>())
                resource.short_names.push_back(*text);
        resources.push_back(std::move(resource));
    }
    return resources;
}

const Resource* Discovery::known(std::string_view word) const
{
    const std::vector<Resource>* const both[] = {&usual_resources(), &found_};
    for (const auto* resources : both)
        for (const Resource& resource : *resources)
            if (is_meant(resource, word))
                return &resource;
    return nullptr;
}

asio::awaitable<Result<std::vector<std::string>>> Discovery::versions()
{
    auto groups = co_await ask_object(client_, "/apis");
    if (groups.has_error())
        co_return groups.error();
    std::vector<std::string> versions{"v1"};
    for (const Value& group : part<Array>(*groups, "groups"))
        if (const auto* told = group.get<Object>())
            versions.push_back(preferred_version(*told));
    co_return versions;
}

asio::awaitable<Result<std::vector<Resource>>> Discovery::in_group(std::string api_version)
{
    const auto [group, version] = group_version(api_version);
    const std::string path = group.empty() ? "/api/" + percent_encoded(version)
                                           : "/apis/" + percent_encoded(group) + "/" + percent_encoded(version);
    auto list = co_await ask_object(client_, path);
    if (list.has_error())
        co_return list.error();
    co_return resources_in(*list, api_version);
}

asio::awaitable<Result<Resource>> Discovery::named(std::string word)
{
    if (const Resource* resource = known(word))
        co_return *resource;
    auto versions = co_await this->versions();
    if (versions.has_error())
        co_return versions.error();
    std::vector<Resource> all;
    for (const std::string& version : *versions) {
        auto resources = co_await in_group(version);
        // A group whose own server is away says so, and is not ours to judge.
        if (resources.has_value())
            all.insert(all.end(), resources->begin(), resources->end());
    }
    found_ = std::move(all);
    if (const Resource* resource = known(word))
        co_return *resource;
    co_return no_such(word, found_);
}

asio::awaitable<Result<Resource>> Discovery::of_kind(std::string api_version, std::string kind)
{
    const auto is_it = [&](const Resource& resource) {
        return resource.kind == kind && resource.api_version() == api_version;
    };
    const std::vector<Resource>* const known[] = {&usual_resources(), &found_};
    for (const auto* resources : known)
        if (const auto found = std::ranges::find_if(*resources, is_it); found != resources->end())
            co_return *found;
    auto resources = co_await in_group(api_version);
    if (resources.has_error() && status_of(resources.error()) != 404)
        co_return resources.error();
    const auto there = resources.has_value() ? std::move(*resources) : std::vector<Resource>{};
    const auto found = std::ranges::find_if(there, is_it);
    if (found == there.end())
        co_return Failure{Errc::not_found,
                          "Kubernetes: this cluster has no kind '" + kind + "' in '" + api_version + "'"};
    found_.push_back(*found);
    co_return *found;
}

} // namespace forager::kubernetes
