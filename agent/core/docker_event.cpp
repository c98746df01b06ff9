#include "core/docker_event.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace forager {

namespace {

constexpr std::array<std::string_view, 23> actions{
    "attach",      "commit",   "copy",    "create",     "destroy", "detach",        "die",   "exec_create",
    "exec_detach", "exec_die", "export",  "exec_start", "kill",    "health_status", "oom",   "pause",
    "rename",      "resize",   "restart", "start",      "stop",    "unpause",       "update"};

} // namespace

Result<void> check_docker_event(std::string_view pattern)
{
    const std::string_view action = pattern.substr(0, pattern.find(':'));
    if (std::ranges::any_of(actions, [&](std::string_view one) { return matches_pattern(action, one); }))
        return {};
    std::string list;
    for (const std::string_view one : actions)
        list += (list.empty() ? "" : ", ") + std::string{one};
    return Failure{Errc::bad_arguments, "a container has no event '" + std::string{pattern} + "', only " + list +
                                            ", and patterns of them as '*'"};
}

} // namespace forager
