#include "functions/kubernetes_arguments.hpp"

#include "base/text.hpp"
#include "functions/builtin_function.hpp"

#include <algorithm>
#include <cmath>

namespace forager {

namespace {

using Parameters = std::span<const KubernetesParameter>;

std::string upstreams_word(Type type)
{
    switch (type) {
    case Type::integer: return "int";
    case Type::boolean: return "bool";
    default: return "string";
    }
}

// Any number, as upstream takes it: what is behind the point is dropped.
Value whole_of(const Value& value)
{
    constexpr double most = 1e15;
    const auto* number = value.get<double>();
    return number != nullptr && std::abs(*number) < most ? Value{static_cast<std::int64_t>(*number)} : value;
}

Result<Value> of_type(const KubernetesParameter& parameter, const Value& given)
{
    const Value value = parameter.type == Type::integer ? whole_of(given) : given;
    const bool fits = parameter.type == Type::integer   ? value.get<std::int64_t>() != nullptr
                      : parameter.type == Type::boolean ? value.get<bool>() != nullptr
                                                        : value.get<std::string>() != nullptr;
    if (fits)
        return value;
    return invalid_argument(", " + parameter.word + " is not a " + upstreams_word(parameter.type) + ": it is of type " +
                            std::string{given.type_name()});
}

const KubernetesParameter* named(Parameters parameters, const std::string& name)
{
    const auto found = std::ranges::find_if(parameters, [&](const KubernetesParameter& parameter) {
        return std::ranges::find(parameter.names, name) != parameter.names.end();
    });
    return found == parameters.end() ? nullptr : &*found;
}

std::vector<std::string> names_shown(Parameters parameters)
{
    std::vector<std::string> names;
    for (const KubernetesParameter& parameter : parameters)
        names.push_back(parameter.names.front());
    return names;
}

Failure wrong_count(const Invocation& invocation, Parameters parameters, const std::string& why)
{
    const auto names = names_shown(parameters);
    return invalid_argument(": " + why + "; " + invocation.function + " takes " +
                            (names.empty() ? "none" : listed(names)));
}

Result<void> only_known(const Object& kwargs, Parameters parameters, std::span<const std::string> options)
{
    std::vector<std::string> known;
    for (const KubernetesParameter& parameter : parameters)
        known.insert(known.end(), parameter.names.begin(), parameter.names.end());
    known.insert(known.end(), options.begin(), options.end());
    return only_arguments(kwargs, known);
}

} // namespace

Result<KubernetesArguments> kubernetes_arguments(const Invocation& invocation, Parameters parameters,
                                                 std::span<const std::string> options)
{
    if (invocation.args.size() > parameters.size())
        return wrong_count(invocation, parameters, "too many arguments: " + std::to_string(invocation.args.size()));
    if (auto known = only_known(invocation.kwargs, parameters, options); !known)
        return known.error();
    KubernetesArguments bound;
    bound.values.assign(invocation.args.begin(), invocation.args.end());
    bound.values.resize(parameters.size());
    for (const Member& member : invocation.kwargs) {
        const KubernetesParameter* parameter = named(parameters, member.name);
        if (parameter == nullptr) {
            bound.options.append(member.name, member.value);
            continue;
        }
        Value& place = bound.values[static_cast<std::size_t>(parameter - parameters.data())];
        if (!place.is_null())
            return invalid_argument(": '" + parameter->names.front() + "' is given twice");
        place = member.value;
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const bool given = i < invocation.args.size() || !bound.values[i].is_null();
        if (!given && parameters[i].needed)
            return wrong_count(invocation, parameters, "'" + parameters[i].names.front() + "' is missing");
        if (!given)
            continue;
        auto value = of_type(parameters[i], bound.values[i]);
        if (!value)
            return value.error();
        bound.values[i] = std::move(*value);
    }
    return bound;
}

} // namespace forager
