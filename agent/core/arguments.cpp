#include "core/arguments.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace forager {

namespace {

Failure refusal(const Function& function, const std::string& what)
{
    const std::string known = function.refusal.empty() ? "" : function.refusal + ": ";
    return {Errc::bad_arguments, known + function.name + ": " + what};
}

std::string quoted(std::string_view name)
{
    return "'" + std::string{name} + "'";
}

std::string counted(std::size_t count, std::string_view noun)
{
    if (count == 0)
        return "no " + std::string{noun} + "s";
    return std::to_string(count) + " " + std::string{noun} + (count == 1 ? "" : "s");
}

bool make_integer(Value& value)
{
    const auto* number = value.get<double>();
    // 2^63 as a double; the comparison also refuses NaN.
    constexpr double bound = 9223372036854775808.0;
    if (number == nullptr || !(*number >= -bound && *number < bound) || std::trunc(*number) != *number)
        return false;
    value = static_cast<std::int64_t>(*number);
    return true;
}

// Lua's {} is an empty list and an empty table at once.
template <class Wanted, class Other> bool make_empty(Value& value)
{
    const auto* other = value.get<Other>();
    if (other == nullptr || !other->empty())
        return false;
    value = Wanted{};
    return true;
}

bool fits(Type type, Value& value)
{
    switch (type) {
    case Type::string: return value.get<std::string>() != nullptr;
    case Type::integer: return value.get<std::int64_t>() != nullptr || make_integer(value);
    case Type::number: return value.get<double>() != nullptr || value.get<std::int64_t>() != nullptr;
    case Type::boolean: return value.get<bool>() != nullptr;
    case Type::list: return value.get<Array>() != nullptr || make_empty<Array, Object>(value);
    case Type::table: return value.get<Object>() != nullptr || make_empty<Object, Array>(value);
    case Type::any: return true;
    }
    return false;
}

std::string described(const Value& value)
{
    if (const auto* number = value.get<double>()) {
        char text[32];
        const int length = std::snprintf(text, sizeof text, "the number %.15g", *number);
        return {text, static_cast<std::size_t>(length)};
    }
    return std::string{value.type_name()};
}

std::vector<std::string> parameter_names(const Function& function)
{
    std::vector<std::string> names;
    for (const Parameter& parameter : function.parameters)
        names.push_back(parameter.name);
    return names;
}

Failure unknown_keyword(const Function& function, const std::string& name)
{
    const std::vector<std::string> names = parameter_names(function);
    std::string text = "there is no argument " + quoted(name);
    if (const auto meant = nearest(name, names))
        return refusal(function, text + "; did you mean " + quoted(*meant) + "?");
    return refusal(function, text + (names.empty() ? "; it takes none" : "; it takes " + listed(names)));
}

Result<std::vector<Value>> bind_variadic(const Function& function, std::vector<Value> args, Object kwargs)
{
    if (kwargs.empty())
        return args;
    if (!args.empty())
        return refusal(function, "it takes either positional arguments or keyword arguments, not both at once");
    args.emplace_back(std::move(kwargs));
    return args;
}

Result<void> check_names(const Function& function, std::size_t positional, const Object& kwargs)
{
    for (const Member& member : kwargs) {
        const auto found = std::ranges::find(function.parameters, member.name, &Parameter::name);
        if (found == function.parameters.end())
            return unknown_keyword(function, member.name);
        if (static_cast<std::size_t>(found - function.parameters.begin()) < positional)
            return refusal(function,
                           "the argument " + quoted(member.name) + " is given twice, by position and by name");
    }
    return {};
}

Result<void> settle(const Function& function, const Parameter& parameter, Value& value)
{
    if (value.is_null() && parameter.fallback) {
        value = *parameter.fallback;
        return {};
    }
    if (const auto problem = settle(parameter, value))
        return refusal(function, "the argument " + quoted(parameter.name) + " " + *problem);
    return {};
}

Result<void> bind_one(const Function& function, const Parameter& parameter, std::vector<Value>& bound,
                      std::size_t index, Object& kwargs)
{
    if (index < bound.size())
        return settle(function, parameter, bound[index]);
    Value* named = kwargs.find(parameter.name);
    if (named == nullptr && !parameter.fallback)
        return refusal(function, "the argument " + quoted(parameter.name) + " (" +
                                     std::string{name_of(parameter.type)} + ") is missing");
    bound.push_back(named != nullptr ? std::move(*named) : Value{});
    return settle(function, parameter, bound.back());
}

} // namespace

std::optional<std::string> settle(const Parameter& parameter, Value& value)
{
    if (fits(parameter.type, value))
        return std::nullopt;
    return "must be of type " + std::string{name_of(parameter.type)} + ", but is " + described(value);
}

Result<std::vector<Value>> bind_arguments(const Function& function, std::vector<Value> args, Object kwargs)
{
    if (function.raw)
        return args;
    if (function.variadic)
        return bind_variadic(function, std::move(args), std::move(kwargs));
    if (args.size() > function.parameters.size())
        return refusal(function, "it takes " + counted(function.parameters.size(), "argument") + ", but " +
                                     std::to_string(args.size()) + (args.size() == 1 ? " is" : " are") + " given");
    if (const auto named = check_names(function, args.size(), kwargs); !named)
        return named.error();
    for (std::size_t i = 0; i < function.parameters.size(); ++i)
        if (const auto one = bind_one(function, function.parameters[i], args, i, kwargs); !one)
            return one.error();
    return args;
}

} // namespace forager
