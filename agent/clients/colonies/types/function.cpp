#include "clients/colonies/types/function.hpp"

#include "clients/colonies/types/members.hpp"

namespace forager::colonies {

// "name::type" of 2023, or a name alone.
void from_old_text(FunctionArgument& argument, std::string text)
{
    const std::size_t end = text.find("::");
    argument.name = text.substr(0, end);
    argument.type = end == std::string::npos ? "" : text.substr(end + 2);
}

void members(auto& io, Is<FunctionArgument> auto& argument)
{
    io("name", argument.name);
    io("type", argument.type);
    io.optional("description", argument.description);
    io.optional("required", argument.required);
    io.optional("enum", argument.choices);
}

void members(auto& io, Is<Function> auto& function)
{
    io("functionid", function.id);
    io("executorname", function.executor_name);
    io("executortype", function.executor_type);
    io("colonyname", function.colony);
    io("funcname", function.name);
    io.optional("description", function.description);
    io.optional("args", function.args);
    io("counter", function.counter);
    io("minwaittime", function.min_wait_time);
    io("maxwaittime", function.max_wait_time);
    io("minexectime", function.min_exec_time);
    io("maxexectime", function.max_exec_time);
    io("avgwaittime", function.average_wait_time);
    io("avgexectime", function.average_exec_time);
    io.optional("locationname", function.location);
}

std::string_view name_of(const Function&)
{
    return "function";
}

template Result<Function> read(const Value&);
template Result<std::vector<Function>> read_list(const Value&);
template Object to_object(const Function&);

Object to_object(const Function& function, RecordShape shape)
{
    Object object = to_object(function);
    if (shape == RecordShape::lists)
        return object;
    Array args;
    for (const FunctionArgument& argument : function.args)
        args.push_back(as_utf8(argument.name) + "::" + as_utf8(argument.type));
    object.set("args", std::move(args));
    return object;
}

} // namespace forager::colonies
