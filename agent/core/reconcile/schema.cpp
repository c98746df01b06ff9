#include "core/reconcile/schema.hpp"

#include "base/text.hpp"
#include "core/options.hpp"
#include "core/reconcile/fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace forager::reconcile {

namespace {

std::string_view type_in(const Object& schema)
{
    const Value* type = option(schema, "type");
    const auto* name = type == nullptr ? nullptr : type->get<std::string>();
    return name == nullptr ? std::string_view{} : std::string_view{*name};
}

const Object& members_in(const Object& schema, std::string_view name)
{
    static const Object nothing;
    const Value* value = option(schema, name);
    const auto* members = value == nullptr ? nullptr : value->get<Object>();
    return members == nullptr ? nothing : *members;
}

const Array& list_in(const Object& schema, std::string_view name)
{
    static const Array nothing;
    const Value* value = option(schema, name);
    const auto* list = value == nullptr ? nullptr : value->get<Array>();
    return list == nullptr ? nothing : *list;
}

std::string type_words(std::string_view type)
{
    constexpr std::array<std::string_view, schema_types.size()> words{"text",          "a number",  "a whole number",
                                                                      "true or false", "an object", "a list"};
    const auto place = std::ranges::find(schema_types, type) - schema_types.begin();
    return std::string{words.at(static_cast<std::size_t>(place))};
}

// A script's empty table may have become a list or an object; 3.0 is a whole number.
void settle(std::string_view type, Value& value)
{
    const auto* list = value.get<Array>();
    const auto* members = value.get<Object>();
    if (type == "object" && list != nullptr && list->empty())
        value = Object{};
    else if (type == "array" && members != nullptr && members->empty())
        value = Array{};
    else if (type == "integer" && whole_number(value))
        value = *whole_number(value);
}

bool has_type(std::string_view type, const Value& value)
{
    if (type == "string")
        return value.get<std::string>() != nullptr;
    if (type == "number")
        return number_of(value).has_value();
    if (type == "integer")
        return value.get<std::int64_t>() != nullptr;
    if (type == "boolean")
        return value.get<bool>() != nullptr;
    if (type == "object")
        return value.get<Object>() != nullptr;
    return type != "array" || value.get<Array>() != nullptr;
}

std::string shown(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return quoted(*text);
    return scalar_text(value).value_or(kind_words(value));
}

bool is_equal(const Value& one, const Value& other)
{
    const auto number = number_of(one);
    return one == other || (number && number == number_of(other));
}

Result<void> check_enum(const Object& schema, const Value& value, const std::string& path)
{
    const Array& allowed = list_in(schema, "enum");
    if (allowed.empty() || std::ranges::any_of(allowed, [&](const Value& one) { return is_equal(one, value); }))
        return {};
    std::vector<std::string> words;
    for (const Value& one : allowed)
        words.push_back(scalar_text(one).value_or(kind_words(one)));
    const auto* text = value.get<std::string>();
    const auto near = text == nullptr ? std::nullopt : nearest(*text, words);
    return mistake(path, "must be one of " + listed(words) + ", not " + shown(value) +
                             (near ? " (did you mean '" + *near + "'?)" : ""));
}

Result<void> check_range(const Object& schema, const Value& value, const std::string& path)
{
    const auto number = number_of(value);
    const Value* least = option(schema, "minimum");
    const Value* most = option(schema, "maximum");
    if (number && least != nullptr && *number < number_of(*least).value_or(*number))
        return mistake(path, "must be at least " + shown(*least) + ", not " + shown(value));
    if (number && most != nullptr && *number > number_of(*most).value_or(*number))
        return mistake(path, "must be at most " + shown(*most) + ", not " + shown(value));
    return {};
}

Result<void> check_value(const Object& schema, Value& value, const std::string& path, int depth);

Result<void> check_needed(const Object& schema, const Object& members, const std::string& path)
{
    for (const Value& item : list_in(schema, "required")) {
        const auto* name = item.get<std::string>();
        if (name != nullptr && option(members, *name) == nullptr)
            return mistake(member_path(path, *name), "is missing");
    }
    return {};
}

Result<void> check_unknown(const Object& schema, const Object& members, const std::string& path)
{
    const Value* additional = option(schema, "additionalProperties");
    const bool* allowed = additional == nullptr ? nullptr : additional->get<bool>();
    if (allowed == nullptr || *allowed)
        return {};
    std::vector<std::string> known;
    for (const Member& property : members_in(schema, "properties"))
        known.push_back(property.name);
    for (const Member& member : members)
        if (std::ranges::find(known, member.name) == known.end())
            return mistake(member_path(path, member.name), "is not known here: " + suggestion(member.name, known));
    return {};
}

Result<void> check_members(const Object& schema, Object& members, const std::string& path, int depth)
{
    for (const Member& property : members_in(schema, "properties")) {
        const auto* inner = property.value.get<Object>();
        if (inner == nullptr)
            continue;
        const Value* fallback = option(*inner, "default");
        if (option(members, property.name) == nullptr && fallback != nullptr)
            members.set(property.name, *fallback);
        Value* value = members.find(property.name);
        if (value == nullptr || value->is_null())
            continue;
        if (auto fine = check_value(*inner, *value, member_path(path, property.name), depth + 1); !fine)
            return fine;
    }
    if (auto fine = check_unknown(schema, members, path); !fine)
        return fine;
    return check_needed(schema, members, path);
}

Result<void> check_items(const Object& schema, Array& list, const std::string& path, int depth)
{
    const Value* items = option(schema, "items");
    const auto* inner = items == nullptr ? nullptr : items->get<Object>();
    for (std::size_t i = 0; inner != nullptr && i < list.size(); ++i)
        if (auto fine = check_value(*inner, list[i], item_path(path, i), depth + 1); !fine)
            return fine;
    return {};
}

Result<void> check_value(const Object& schema, Value& value, const std::string& path, int depth)
{
    const std::string_view type = type_in(schema);
    if (depth > deepest_schema)
        return mistake(path, "is nested too deeply");
    settle(type, value);
    if (!has_type(type, value))
        return mistake(path, "must be " + type_words(type) + ", not " +
                                 (number_of(value) ? shown(value) : kind_words(value)));
    if (auto fine = check_enum(schema, value, path); !fine)
        return fine;
    if (auto fine = check_range(schema, value, path); !fine)
        return fine;
    if (auto* members = value.get<Object>())
        return check_members(schema, *members, path, depth);
    if (auto* list = value.get<Array>())
        return check_items(schema, *list, path, depth);
    return {};
}

} // namespace

Result<Value> checked(const Object& schema, Value value, std::string_view path)
{
    if (auto fine = check_value(schema, value, std::string{path}, 0); !fine)
        return fine.error();
    return value;
}

} // namespace forager::reconcile
