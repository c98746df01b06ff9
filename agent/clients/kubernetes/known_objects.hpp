// The objects of a place as lists and events have told of them: what is new of what comes in. Pure.
#pragma once

#include "clients/kubernetes/resource.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager::kubernetes {

using SharedObject = std::shared_ptr<const Object>;

/// What became of one object.
struct Change {
    enum class Type { added, modified, deleted } type = Type::added;
    SharedObject object; ///< of a deleted one what was known last
    SharedObject before; ///< of a modified one what was known until then

    Change() = default;
    Change(Type type, SharedObject object, SharedObject before = {})
        : type{type}, object{std::move(object)}, before{std::move(before)}
    {
    }
};

std::string_view word(Change::Type type);

class KnownObjects {
public:
    /// All that is there now: what appeared, changed and disappeared since what was known. An object that was made anew
    /// under its name was deleted and added.
    std::vector<Change> replace(Array items);

    /// One event of a watch: "ADDED", "MODIFIED", "DELETED". What is known already, as after a cut, is no change.
    std::vector<Change> heard(std::string_view type, Object object);

    /// NAMESPACE/NAME → object.
    const std::map<std::string, SharedObject>& objects() const { return objects_; }

private:
    void put(const std::string& key, SharedObject object, std::vector<Change>& changes);

    std::map<std::string, SharedObject> objects_;
};

} // namespace forager::kubernetes
