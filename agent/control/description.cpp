#include "control/description.hpp"

#include "base/timestamp.hpp"

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

Object failure_data(const Failure& failure)
{
    Object data = failure.to_object();
    if (!failure.traceback.empty())
        data.set("traceback", failure.traceback);
    return data;
}

Object record_data(const Record& record)
{
    Object object{{"id", record.id},     {"function", record.function}, {"state", name_of(record.state)},
                  {"note", record.note}, {"source", record.source},     {"tries", record.tries}};
    if (!record.order_key.empty())
        object.append("key", record.order_key);
    if (record.priority != 0)
        object.append("priority", record.priority);
    if (const Value* label = record.request.find("label"))
        object.append("label", *label);
    const std::pair<const char*, std::optional<WallTime>> times[] = {{"submitted", record.submitted},
                                                                     {"not_before", record.not_before},
                                                                     {"started", record.started},
                                                                     {"ended", record.ended}};
    for (const auto& [name, time] : times)
        if (time)
            object.append(name, timestamp(*time));
    if (record.outcome && *record.outcome)
        object.append("result", as_one(**record.outcome));
    else if (record.outcome)
        object.append("error", failure_data(record.outcome->error()));
    return object;
}

} // namespace forager::control
