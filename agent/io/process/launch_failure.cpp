#include "io/process/launch_failure.hpp"

#include "io/system_failure.hpp"

#include <unistd.h>

#include <cerrno>

namespace forager {

namespace {

std::string quoted(const std::string& text)
{
    return "'" + text + "'";
}

Failure folder_failure(const LaunchPlan& plan, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        return Failure{Errc::not_found,
                       "there is no folder " + quoted(plan.cwd) + " to run " + quoted(plan.argv[0]) + " in"};
    return system_failure("the folder " + quoted(plan.cwd) + " cannot be entered", error);
}

bool exists(const LaunchPlan& plan)
{
    const std::string& program = plan.argv[0];
    const std::string path = plan.cwd.empty() || program.starts_with('/') ? program : plan.cwd + '/' + program;
    return access(path.c_str(), F_OK) == 0;
}

Failure exec_failure(const LaunchPlan& plan, const std::string& program, int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        if (exists(plan) || program != plan.argv[0])
            return Failure{Errc::not_found, "the interpreter that " + quoted(program) + " needs is not installed"};
        return Failure{Errc::not_found, "there is no program " + quoted(program)};
    case EACCES: return Failure{Errc::refused, quoted(program) + " may not be executed: is it a file with chmod +x?"};
    case ENOEXEC:
        return Failure{Errc::refused, quoted(program) + " is not a program for this machine, and has no first line #!"};
    case E2BIG:
        return Failure{Errc::bad_arguments, "the arguments and the environment of " + quoted(program) +
                                                " are too long for this system: hand long data over as input"};
    default: return system_failure(quoted(program) + " could not be started", error);
    }
}

} // namespace

Failure launch_failure(const LaunchPlan& plan, const std::string& program, LaunchStage stage, int error)
{
    const std::string name = quoted(plan.argv[0]);
    switch (stage) {
    case LaunchStage::folder: return folder_failure(plan, error);
    case LaunchStage::limits: return system_failure("the limits of " + name + " could not be set", error);
    case LaunchStage::descriptors: return system_failure("the pipes of " + name + " could not be set up", error);
    case LaunchStage::user: return system_failure(name + " could not be started as '" + plan.user + "'", error);
    case LaunchStage::exec: break;
    }
    return exec_failure(plan, program, error);
}

} // namespace forager
