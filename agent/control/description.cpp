#include "control/description.hpp"

namespace forager::control {

namespace {

Value parameter_data(const Parameter& parameter)
{
    Object data{{"name", parameter.name}, {"type", name_of(parameter.type)}};
    if (parameter.fallback)
        data.append("default", *parameter.fallback);
    return data;
}

Value function_data(const Function& function)
{
    Array parameters;
    for (const Parameter& parameter : function.parameters)
        parameters.push_back(parameter_data(parameter));
    Object data{{"name", function.name}, {"available", true}, {"doc", function.doc}, {"args", std::move(parameters)}};
    if (function.variadic)
        data.append("variadic", true);
    if (!function.where.empty())
        data.append("where", function.where);
    return data;
}

} // namespace

Array functions_data(const Registry& registry)
{
    Array list;
    for (const auto& entry : registry.list())
        list.push_back(function_data(entry->function));
    for (const auto& [family, reason] : registry.unavailable())
        list.push_back(Object{{"name", family + ".*"}, {"available", false}, {"reason", reason}});
    return list;
}

} // namespace forager::control
