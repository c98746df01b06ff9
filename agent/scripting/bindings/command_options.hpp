// What all that runs as a child process has in common: its environment, its folder, and who reads its lines.
#pragma once

#include "ports/process_runner.hpp"
#include "scripting/binding.hpp"
#include "scripting/line_queue.hpp"

#include <memory>

namespace forager::scripting {

/// Adds the environment of the invocation, the option `env`, the option `cwd`, and the scope of the call with its
/// folder.
template <class Target> void read_common_options(Target& target, Request& request)
{
    const auto add = [&](const Object& env) {
        for (const Member& variable : env)
            if (const auto* value = variable.value.get<std::string>())
                target.env.emplace_back(variable.name, *value);
    };
    add(request.context.invocation.env);
    if (const Value* env = option(request.arg(0), "env"); env != nullptr && env->get<Object>() != nullptr)
        add(*env->get<Object>());
    target.cwd = text_option(request.arg(0), "cwd");
    target.scope = request.context.commands.id();
    if (request.context.recording != nullptr)
        target.folder = {root_of(request.context.invocation), request.context.invocation.id};
}

ResourceLimits limits_of(const Value& given);

/// The queue that a script reads a command's lines from, or a null pointer: nobody reads them.
std::shared_ptr<LineQueue> line_queue(const Request& request);

} // namespace forager::scripting
