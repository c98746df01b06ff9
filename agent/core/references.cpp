#include "core/references.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <span>

namespace forager {

namespace {

constexpr std::string_view result_mark = "$result";
constexpr std::string_view item_mark = "$item";
constexpr std::size_t deepest = 200;

// The path of a reference with this mark, or a null pointer when `value` is anything else.
const Value* path_of(const Value& value, std::string_view mark)
{
    const auto* object = value.get<Object>();
    return object != nullptr && object->size() == 1 ? object->find(mark) : nullptr;
}

Failure refused(std::string message)
{
    return {Errc::bad_arguments, std::move(message)};
}

Result<Value> member_of(const Object& object, const std::string& name, const std::string& path)
{
    if (const Value* found = object.find(name))
        return *found;
    std::vector<std::string> names;
    for (const Member& member : object)
        names.push_back(member.name);
    std::string text = "there is no " + path;
    if (const auto meant = nearest(name, names))
        text += "; did you mean '" + *meant + "'?";
    return refused(std::move(text));
}

Result<Value> element_of(const Array& list, std::int64_t place, const std::string& path)
{
    if (place >= 1 && static_cast<std::uint64_t>(place) <= list.size())
        return list[static_cast<std::size_t>(place) - 1];
    return refused("there is no " + path + ": the list has " + std::to_string(list.size()) +
                   (list.size() == 1 ? " element" : " elements"));
}

std::string step_text(const Value& key)
{
    if (const auto* place = key.get<std::int64_t>())
        return "[" + std::to_string(*place) + "]";
    const auto* name = key.get<std::string>();
    return name != nullptr ? "." + *name : "." + std::string{key.type_name()};
}

Result<Value> one_step(const Value& from, const Value& key, const std::string& path)
{
    const auto* name = key.get<std::string>();
    const auto* place = key.get<std::int64_t>();
    if (name == nullptr && place == nullptr)
        return refused("a reference needs names and whole numbers as keys, but has a " + std::string{key.type_name()});
    if (name != nullptr && from.get<Object>() != nullptr)
        return member_of(*from.get<Object>(), *name, path);
    if (place != nullptr && from.get<Array>() != nullptr)
        return element_of(*from.get<Array>(), *place, path);
    return refused("there is no " + path + ": what should hold it is a " + std::string{from.type_name()});
}

Result<Value> follow(const Value& from, std::span<const Value> keys, std::string path)
{
    Value current = from;
    for (const Value& key : keys) {
        path += step_text(key);
        Result<Value> next = one_step(current, key, path);
        if (!next)
            return next;
        current = std::move(*next);
    }
    return current;
}

Result<Value> resolve_result(const Value& path, const Referents& referents)
{
    const auto* keys = path.get<Array>();
    const auto* task = keys != nullptr && !keys->empty() ? keys->front().get<std::string>() : nullptr;
    if (task == nullptr)
        return refused("a reference to a result needs a list that begins with the name of a task");
    const Value* result = referents.result ? referents.result(*task) : nullptr;
    if (result == nullptr)
        return refused("there is no result of a task '" + *task + "'");
    if (result->is_null())
        return Value{}; // skipped, or failed and gone on without: so is every part of it
    return follow(*result, std::span{*keys}.subspan(1), "result of '" + *task + "'");
}

Result<Value> resolve_item(const Value& path, const Referents& referents)
{
    // Lua's {} may arrive as an empty table.
    static const Array none;
    const auto* keys = path.get<Array>();
    if (keys == nullptr && path.get<Object>() != nullptr && path.get<Object>()->empty())
        keys = &none;
    if (keys == nullptr)
        return refused("a reference to the item needs a list of keys");
    if (referents.item == nullptr)
        return refused("a reference to the item stands where there is no foreach");
    return follow(*referents.item, *keys, "item");
}

Result<Value> resolve_at(const Value& value, const Referents& referents, std::size_t depth);

Result<Value> resolve_list(const Array& list, const Referents& referents, std::size_t depth)
{
    Array resolved;
    resolved.reserve(list.size());
    for (const Value& element : list) {
        Result<Value> one = resolve_at(element, referents, depth + 1);
        if (!one)
            return one;
        resolved.push_back(std::move(*one));
    }
    return Value{std::move(resolved)};
}

Result<Value> resolve_members(const Object& object, const Referents& referents, std::size_t depth)
{
    Object resolved;
    for (const Member& member : object) {
        Result<Value> one = resolve_at(member.value, referents, depth + 1);
        if (!one)
            return one;
        resolved.append(member.name, std::move(*one));
    }
    return Value{std::move(resolved)};
}

Result<Value> resolve_at(const Value& value, const Referents& referents, std::size_t depth)
{
    if (depth > deepest)
        return Failure{Errc::limit, "an argument is nested more than " + std::to_string(deepest) + " levels deep"};
    if (const Value* path = path_of(value, result_mark))
        return resolve_result(*path, referents);
    if (const Value* path = path_of(value, item_mark))
        return resolve_item(*path, referents);
    if (const auto* list = value.get<Array>())
        return resolve_list(*list, referents, depth);
    if (const auto* object = value.get<Object>())
        return resolve_members(*object, referents, depth);
    return value;
}

// Calls `visit` with the path of each reference of this kind.
template <class Visit> void each_reference(const Value& value, std::string_view mark, std::size_t depth, Visit& visit)
{
    if (depth > deepest)
        return;
    if (const Value* path = path_of(value, mark)) {
        visit(*path);
    } else if (const auto* list = value.get<Array>()) {
        for (const Value& element : *list)
            each_reference(element, mark, depth + 1, visit);
    } else if (const auto* object = value.get<Object>()) {
        for (const Member& member : *object)
            each_reference(member.value, mark, depth + 1, visit);
    }
}

} // namespace

Result<Value> resolve(const Value& value, const Referents& referents)
{
    return resolve_at(value, referents, 0);
}

std::vector<std::string> referenced_tasks(const Value& value)
{
    std::vector<std::string> tasks;
    auto remember = [&](const Value& path) {
        const auto* keys = path.get<Array>();
        const auto* task = keys != nullptr && !keys->empty() ? keys->front().get<std::string>() : nullptr;
        if (task != nullptr && std::ranges::find(tasks, *task) == tasks.end())
            tasks.push_back(*task);
    };
    each_reference(value, result_mark, 0, remember);
    return tasks;
}

bool refers_to_item(const Value& value)
{
    bool found = false;
    auto remember = [&](const Value&) { found = true; };
    each_reference(value, item_mark, 0, remember);
    return found;
}

} // namespace forager
