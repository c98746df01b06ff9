#include "core/reconcile/changes.hpp"

#include <iterator>

namespace forager::reconcile {

namespace {

Value member(const Object& object, const std::string& name)
{
    const Value* found = object.find(name);
    return found == nullptr ? Value{} : *found;
}

void append(Array& all, Array some)
{
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
}

} // namespace

Array changes_between(const Value& is, const Value& becomes, const std::string& path)
{
    Array changes;
    const auto* before = is.get<Object>();
    const auto* after = becomes.get<Object>();
    if (before == nullptr || after == nullptr) {
        if (is != becomes)
            changes.emplace_back(Object{{"path", path}, {"is", is}, {"becomes", becomes}});
        return changes;
    }
    for (const Member& one : *before)
        append(changes, changes_between(one.value, member(*after, one.name), path + "." + one.name));
    for (const Member& one : *after)
        if (before->find(one.name) == nullptr)
            append(changes, changes_between(Value{}, one.value, path + "." + one.name));
    return changes;
}

} // namespace forager::reconcile
