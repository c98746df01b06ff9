#include "store/sealed.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"

#include <cmath>
#include <limits>
#include <optional>

namespace forager::store {

namespace {

// An object whose only member is one of these is not what it seems; a real one like that is wrapped in `literal`.
constexpr std::string_view bytes = "$bytes";
constexpr std::string_view number = "$number";
constexpr std::string_view members = "$members";
constexpr std::string_view literal = "$literal";

constexpr std::size_t deepest_sealed = 10 * deepest_nesting; // what is sealed is nested a little deeper than it was

Value sealed(const Value& value);

bool has_strange_names(const Object& object)
{
    for (const Member& member : object)
        if (!is_utf8(member.name))
            return true;
    return false;
}

Value wrapped(std::string_view mark, Value value)
{
    return Object{{std::string{mark}, std::move(value)}};
}

Object sealed_members(const Object& object)
{
    Object result;
    for (const Member& member : object)
        result.append(member.name, sealed(member.value));
    return result;
}

Value sealed_object(const Object& object)
{
    if (has_strange_names(object)) {
        Array pairs;
        for (const Member& member : object)
            pairs.emplace_back(Array{sealed(Value{member.name}), sealed(member.value)});
        return wrapped(members, std::move(pairs));
    }
    if (object.size() == 1 && object.begin()->name.starts_with('$'))
        return wrapped(literal, sealed_members(object));
    return sealed_members(object);
}

Value sealed_number(double value)
{
    if (std::isfinite(value))
        return value;
    return wrapped(number, std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

Value sealed(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return is_utf8(*text) ? value : wrapped(bytes, to_base64(*text));
    if (const auto* real = value.get<double>())
        return sealed_number(*real);
    if (const auto* list = value.get<Array>()) {
        Array result;
        result.reserve(list->size());
        for (const Value& item : *list)
            result.push_back(sealed(item));
        return result;
    }
    if (const auto* object = value.get<Object>())
        return sealed_object(*object);
    return value;
}

std::optional<Value> opened(const Value& value);

std::optional<Object> opened_members(const Object& object)
{
    Object result;
    for (const Member& member : object) {
        auto inner = opened(member.value);
        if (!inner)
            return {};
        result.append(member.name, std::move(*inner));
    }
    return result;
}

std::optional<Value> opened_bytes(const Value& value)
{
    const auto* text = value.get<std::string>();
    auto decoded = text == nullptr ? Result<std::string>{Failure{}} : from_base64(*text);
    return decoded ? std::optional{Value{std::move(*decoded)}} : std::nullopt;
}

std::optional<Value> opened_number(const Value& value)
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (value == Value{"nan"})
        return Value{std::numeric_limits<double>::quiet_NaN()};
    if (value == Value{"inf"})
        return Value{infinity};
    return value == Value{"-inf"} ? std::optional{Value{-infinity}} : std::nullopt;
}

std::optional<Value> opened_pairs(const Value& value)
{
    const auto* pairs = value.get<Array>();
    if (pairs == nullptr)
        return {};
    Object result;
    for (const Value& pair : *pairs) {
        const auto* both = pair.get<Array>();
        auto name = both == nullptr || both->size() != 2 ? std::nullopt : opened((*both)[0]);
        auto inner = name ? opened((*both)[1]) : std::nullopt;
        if (!inner || name->get<std::string>() == nullptr)
            return {};
        result.append(*name->get<std::string>(), std::move(*inner));
    }
    return Value{std::move(result)};
}

std::optional<Value> opened_marked(const Member& only)
{
    if (only.name == bytes)
        return opened_bytes(only.value);
    if (only.name == number)
        return opened_number(only.value);
    if (only.name == members)
        return opened_pairs(only.value);
    const auto* object = only.name == literal ? only.value.get<Object>() : nullptr;
    auto inner = object == nullptr ? std::nullopt : opened_members(*object);
    return inner ? std::optional{Value{std::move(*inner)}} : std::nullopt;
}

std::optional<Value> opened(const Value& value)
{
    if (const auto* list = value.get<Array>()) {
        Array result;
        for (const Value& item : *list) {
            auto inner = opened(item);
            if (!inner)
                return {};
            result.push_back(std::move(*inner));
        }
        return Value{std::move(result)};
    }
    const auto* object = value.get<Object>();
    if (object == nullptr)
        return value;
    if (object->size() == 1 && object->begin()->name.starts_with('$'))
        return opened_marked(*object->begin());
    auto inner = opened_members(*object);
    return inner ? std::optional{Value{std::move(*inner)}} : std::nullopt;
}

} // namespace

Failure unreadable()
{
    return {Errc::bad_arguments, "the state file holds data that this agent cannot read"};
}

std::string seal(const Value& value)
{
    return to_json(sealed(value));
}

Result<Value> unseal(std::string_view text)
{
    auto parsed = parse_json(text, deepest_sealed);
    auto value = parsed ? opened(*parsed) : std::nullopt;
    if (!value)
        return unreadable();
    return std::move(*value);
}

std::string seal(const Outcome& outcome)
{
    if (outcome)
        return seal(Value{Object{{"ok", Array{*outcome}}}});
    return seal(Value{Object{{"error", to_data(outcome.error())}}});
}

std::optional<Outcome> unseal_outcome(std::string_view text)
{
    auto value = unseal(text);
    auto* object = value ? value->get<Object>() : nullptr;
    const Value* outputs = object == nullptr ? nullptr : object->find("ok");
    const Value* error = object == nullptr ? nullptr : object->find("error");
    if (outputs != nullptr && outputs->get<Array>() != nullptr)
        return Outcome{*outputs->get<Array>()};
    if (error != nullptr && error->get<Object>() != nullptr)
        return Outcome{failure_from_data(*error->get<Object>())};
    return {};
}

} // namespace forager::store
