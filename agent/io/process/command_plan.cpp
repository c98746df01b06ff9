#include "io/process/command_plan.hpp"

#include <utility>

namespace forager {

namespace {

Result<void> well_formed(const Command& command)
{
    if (command.argv.empty() || command.argv.front().empty())
        return Failure{Errc::bad_arguments, "a command needs the name of a program"};
    for (const std::string& argument : command.argv)
        if (argument.find('\0') != std::string::npos)
            return Failure{Errc::bad_arguments, "an argument of '" + command.argv.front() +
                                                    "' contains a NUL byte: hand binary data over as input"};
    if (command.user.find('\0') != std::string::npos)
        return Failure{Errc::bad_arguments, "the name of a user must not contain a NUL byte"};
    if (command.cwd.find('\0') != std::string::npos)
        return Failure{Errc::bad_arguments, "the name of a working folder must not contain a NUL byte"};
    return {};
}

} // namespace

Result<LaunchPlan> plan_for(const Command& command, const Environment& base, TagPair tags, std::uint64_t open_files)
{
    if (const auto checked = well_formed(command); !checked)
        return checked.error();
    auto environment = with_changes(base, command.env);
    if (!environment)
        return environment.error();
    LaunchPlan plan;
    plan.argv = command.argv;
    plan.environment = std::move(*environment);
    plan.cwd = command.cwd;
    plan.user = command.user;
    for (const auto& [name, value] : command.env)
        plan.own_variables.push_back(name);
    plan.limits = command.limits;
    plan.open_files = open_files;
    plan.tags = tags;
    plan.input = !command.input.empty() || command.source != nullptr;
    plan.merge = command.merge;
    plan.report = command.report_limit > 0;
    return plan;
}

} // namespace forager
