// What kinds of objects there are, and the paths of objects. Pure.
#pragma once

#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::kubernetes {

/// A kind of objects.
struct Resource {
    std::string group;       ///< "apps"; empty for the oldest kinds
    std::string version;     ///< "v1"
    std::string name;        ///< the plural, as in paths: "deployments"
    std::string kind;        ///< "Deployment"
    bool is_in_space = true; ///< false: it is the whole cluster's, as nodes are
    std::vector<std::string> short_names;
    bool operator==(const Resource&) const = default;

    Resource() = default;
    Resource(std::string group, std::string version, std::string name, std::string kind, bool is_in_space = true,
             std::vector<std::string> short_names = {});

    std::string api_version() const; ///< "apps/v1"

    /// What people call it: "deployments.apps".
    std::string full_name() const;
};

/// "apps/v1" taken apart; the group of "v1" is empty.
struct GroupVersion {
    std::string group;
    std::string version;
};
GroupVersion group_version(std::string_view api_version);

/// Whether a word means it: its plural, its kind in any case, a short name; with ".group" or ".version.group" behind
/// the plural that, too.
bool is_meant(const Resource& resource, std::string_view word);

/// Kinds that every cluster of today has, for which nobody needs to be asked.
const std::vector<Resource>& usual_resources();

/// All objects of a kind, those of one namespace where it has such. An empty namespace: of all.
struct Place {
    Resource resource;
    std::string space;
    bool operator==(const Place&) const = default;

    Place() = default;
    Place(Resource resource, std::string space) : resource{std::move(resource)}, space{std::move(space)} {}

    std::string path() const;
    std::string path(std::string_view name) const;
    std::string path(std::string_view name, std::string_view subresource) const;
};

/// Parts of an object's metadata.
std::string name_of(const Object& object);
std::string space_of(const Object& object);
std::string uid_of(const Object& object);
std::string version_of(const Object& object);

} // namespace forager::kubernetes
