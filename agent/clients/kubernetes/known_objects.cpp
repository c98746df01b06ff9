#include "clients/kubernetes/known_objects.hpp"

#include <set>
#include <utility>

namespace forager::kubernetes {

namespace {

std::string key_of(const Object& object)
{
    return space_of(object) + "/" + name_of(object);
}

} // namespace

std::string_view word(Change::Type type)
{
    switch (type) {
    case Change::Type::added: return "added";
    case Change::Type::modified: return "modified";
    case Change::Type::deleted: return "deleted";
    }
    return {};
}

void KnownObjects::put(const std::string& key, SharedObject object, std::vector<Change>& changes)
{
    SharedObject& place = objects_[key];
    const SharedObject before = std::exchange(place, object);
    if (!before)
        return (void)changes.emplace_back(Change::Type::added, std::move(object));
    if (uid_of(*before) != uid_of(*object)) {
        changes.emplace_back(Change::Type::deleted, before);
        changes.emplace_back(Change::Type::added, std::move(object));
        return;
    }
    if (version_of(*before) != version_of(*object))
        changes.emplace_back(Change::Type::modified, std::move(object), before);
}

std::vector<Change> KnownObjects::replace(Array items)
{
    std::vector<Change> changes;
    std::set<std::string> there;
    for (Value& item : items) {
        auto* object = item.get<Object>();
        if (object == nullptr)
            continue;
        const std::string key = key_of(*object);
        there.insert(key);
        put(key, std::make_shared<const Object>(std::move(*object)), changes);
    }
    for (auto known = objects_.begin(); known != objects_.end();) {
        if (there.contains(known->first)) {
            ++known;
            continue;
        }
        changes.emplace_back(Change::Type::deleted, known->second);
        known = objects_.erase(known);
    }
    return changes;
}

std::vector<Change> KnownObjects::heard(std::string_view type, Object object)
{
    std::vector<Change> changes;
    const std::string key = key_of(object);
    if (type != "DELETED") {
        put(key, std::make_shared<const Object>(std::move(object)), changes);
        return changes;
    }
    const auto known = objects_.find(key);
    if (known == objects_.end())
        return changes;
    const bool is_same = uid_of(*known->second) == uid_of(object);
    if (is_same) {
        objects_.erase(known);
        changes.emplace_back(Change::Type::deleted, std::make_shared<const Object>(std::move(object)));
    }
    return changes;
}

} // namespace forager::kubernetes
