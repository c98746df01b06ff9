// Records of a colony in the words of this program: the same as for the agent's own work, where they are the same
// thing. Pure.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "core/value.hpp"
#include "ports/observer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::cli {

State state_of(colonies::ProcessState state);

/// Back; nothing for `sleeping`, which a colony does not know.
std::optional<colonies::ProcessState> colony_state(State state);

/// What a display calls it: WORKFLOW.TASK in a script's workflow, the node's name in another, else the function.
std::string name_of(const colonies::Process& process);

/// What else there is to say: the first error, or what it waits for.
std::string note_on(const colonies::Process& process);

/// How long it waited (for its parents, too) and ran, up to `now` where it still does.
std::optional<Duration> waiting_time(const colonies::Process& process, WallTime now);
std::optional<Duration> running_time(const colonies::Process& process, WallTime now);

/// At most so many characters of it, with a mark where it was cut.
std::string shortened(std::string text, std::size_t width);

/// Its arguments in one line of at most `width` characters.
std::string short_arguments(const colonies::FunctionSpec& spec, std::size_t width);

/// Its name, or the beginning of its id where nobody knows it; empty where nobody has the process.
std::string executor_of(const colonies::Process& process, const std::map<std::string, std::string>& names);

/// All that an operator wants to know, with the members of `forager show` first.
Object process_data(const colonies::Process& process, const std::map<std::string, std::string>& names, WallTime now);

/// The same of a workflow; its tasks in the order in which they can run.
Object graph_data(const colonies::ProcessGraph& graph, std::vector<colonies::Process> processes,
                  const std::map<std::string, std::string>& names, WallTime now);

/// Parents before children, else as they are.
void sort_by_dependency(std::vector<colonies::Process>& processes);

/// The lines of one entry of a log.
std::vector<std::string> lines_of(std::string_view message);

/// One of them: `at`, `text`, and in a workflow `task`. `time`: nanoseconds since 1970.
Object line_data(std::int64_t time, std::string text, const std::string& task);

} // namespace forager::cli
