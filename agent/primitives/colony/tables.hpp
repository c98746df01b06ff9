// Records of a colony as tables for scripts and for JSON: short names, states in the agent's words, times in seconds
// since 1970 (nothing where the server has none), durations in seconds, marked bytes as bytes. Pure; clients of the
// record types include them. Facts: Colonies v1.9.12.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <string_view>
#include <vector>

namespace forager {

namespace colonies {
enum class ProcessState;
struct ChannelEntry;
struct Cron;
struct Executor;
struct Function;
struct FunctionSpec;
struct Generator;
struct Log;
struct Process;
struct ProcessGraph;
struct Statistics;
} // namespace colonies

/// waiting, running, succeeded, failed, cancelled.
std::string_view state_word(colonies::ProcessState state);

/// Back from the word. Failures: bad_arguments, with the words there are.
Result<colonies::ProcessState> state_of_word(std::string_view word);

/// `func`, `args`, `kwargs` and the options of `colony_call`, as far as they were given.
Object call_table(const colonies::FunctionSpec& spec);

/// As `call_table`, and `id`, `state`, `output` (one value, or a list of several), `errors`, `executor_id`,
/// `initiator`, `submitted`, `started`, `ended`, `deadline`, `wait_deadline`, `tries` (runs that were taken away),
/// `attributes`, and in a workflow `workflow`, `parents`, `children`, `input`.
Object process_table(const colonies::Process& process);

/// `id`, `state`, `initiator`, `submitted`, `started`, `ended`, `processes` (ids), `roots` (ids).
Object workflow_table(const colonies::ProcessGraph& graph);

/// Name → value; of those that have one name the last.
Object attribute_table(const colonies::Process& process);

/// One for each line: `at`, `text`, `executor`. A message may be several lines.
Array log_lines(const std::vector<colonies::Log>& logs);

/// `sequence`, `reply_to`, `at`, `sender` (an id), `text` (bytes), `type` ("data", "end").
Object entry_table(const colonies::ChannelEntry& entry);

/// `id`, `name`, `cron` or `every`, `tasks` (as `call_table`), `next_run`, `last_run`, `last_workflow`, `initiator`,
/// `after_last` (it waits for the end of the last one), `random`.
Object cron_table(const colonies::Cron& cron);

/// `id`, `name`, `trigger`, `timeout`, `tasks`, `queued`, `first_pack`, `last_run`, `initiator`.
Object generator_table(const colonies::Generator& generator);

/// `id`, `name`, `type`, `state` (pending, approved, rejected, removed), `location`, `registered`, `last_heard`,
/// `hardware` and `software` (lists of tables).
Object executor_table(const colonies::Executor& executor);

/// `name`, `executor` (a name), `type` (the executor's), `doc`, `args` (`name`, `type`, `doc`, `required`), `calls`
/// (that succeeded), and seconds: `min_wait`, `max_wait`, `average_wait`, `min_time`, `max_time`, `average_time`.
Object function_table(const colonies::Function& function);

/// `executors`, `active_executors`, `removed_executors`, and by state `processes` and `workflows`.
Object statistics_table(const colonies::Statistics& statistics);

} // namespace forager
