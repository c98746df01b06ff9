#include "primitives/colony/tables.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "clients/colonies/types/channel.hpp"
#include "clients/colonies/types/colony.hpp"
#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "core/outcome.hpp"
#include "io/formats/json.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace forager {

using colonies::ProcessState;

namespace {

constexpr std::array<std::string_view, 5> state_words{"waiting", "running", "succeeded", "failed", "cancelled"};

// Only members that say something.
class Table {
public:
    Table& text(const char* name, const std::string& text)
    {
        if (!text.empty())
            object_.append(name, text);
        return *this;
    }

    Table& time(const char* name, const std::optional<WallTime>& time)
    {
        if (time)
            object_.append(name, to_seconds(time->time_since_epoch()));
        return *this;
    }

    // The server says "for ever" with a negative number.
    Table& limit(const char* name, std::int64_t seconds)
    {
        if (seconds > 0)
            object_.append(name, seconds);
        return *this;
    }

    Table& number(const char* name, std::int64_t number)
    {
        if (number != 0)
            object_.append(name, number);
        return *this;
    }

    Table& texts(const char* name, const std::vector<std::string>& texts)
    {
        if (!texts.empty())
            object_.append(name, Array(texts.begin(), texts.end()));
        return *this;
    }

    Table& table(const char* name, const Object& table)
    {
        if (!table.empty())
            object_.append(name, table);
        return *this;
    }

    Table& value(const char* name, Value value)
    {
        object_.append(name, std::move(value));
        return *this;
    }

    Object done() { return std::move(object_); }

private:
    Object object_;
};

Value with_bytes(Value value)
{
    unmark_bytes(value);
    return value;
}

Object environment_table(const std::map<std::string, std::string>& env)
{
    Object table;
    for (const auto& [name, value] : env)
        table.append(name, value);
    return table;
}

void add_call(Table& table, const colonies::FunctionSpec& spec)
{
    const colonies::Conditions& conditions = spec.conditions;
    table.text("node", spec.node)
        .value("func", spec.function)
        .value("args", with_bytes(spec.args))
        .value("kwargs", with_bytes(spec.kwargs))
        .text("executor", conditions.executor_type)
        .texts("executor_names", conditions.executor_names)
        .text("location", conditions.location)
        .limit("timeout", spec.max_exec_time)
        .limit("max_wait", spec.max_wait_time)
        .number("retries", spec.max_retries)
        .number("priority", spec.priority)
        .text("label", spec.label)
        .table("env", environment_table(spec.env))
        .texts("channels", spec.channels)
        .texts("after", conditions.dependencies);
    // The server writes wishes that nobody had as nothing of them.
    if (conditions.cpu != "0m")
        table.text("cpu", conditions.cpu);
    if (conditions.memory != "0Mi")
        table.text("memory", conditions.memory);
}

Array task_list(const colonies::WorkflowSpec& workflow)
{
    Array tasks;
    for (const colonies::FunctionSpec& spec : workflow.functions)
        tasks.emplace_back(call_table(spec));
    return tasks;
}

} // namespace

std::string_view state_word(ProcessState state)
{
    return state_words.at(static_cast<std::size_t>(state));
}

Result<ProcessState> state_of_word(std::string_view word)
{
    for (std::size_t i = 0; i < state_words.size(); ++i)
        if (state_words[i] == word)
            return static_cast<ProcessState>(i);
    const std::vector<std::string> words(state_words.begin(), state_words.end());
    return Failure{Errc::bad_arguments,
                   "there is no state '" + std::string{word.substr(0, 40)} + "': there are " + listed(words)};
}

Object call_table(const colonies::FunctionSpec& spec)
{
    Table table;
    add_call(table, spec);
    return table.done();
}

Object process_table(const colonies::Process& process)
{
    Table table;
    table.value("id", process.id).value("state", state_word(process.state));
    add_call(table, process.spec);
    if (!process.out.empty())
        table.value("output", with_bytes(as_one(process.out)));
    return table.texts("errors", process.errors)
        .text("executor_id", process.executor_id)
        .text("initiator", process.initiator_name)
        .time("submitted", process.submitted)
        .time("started", process.started)
        .time("ended", process.ended)
        .time("deadline", deadline_of(process))
        .time("wait_deadline", process.wait_deadline)
        .number("tries", process.retries)
        .table("attributes", attribute_table(process))
        .text("workflow", process.process_graph)
        .texts("parents", process.parents)
        .texts("children", process.children)
        .value("input", with_bytes(process.in))
        .done();
}

Object workflow_table(const colonies::ProcessGraph& graph)
{
    return Table{}
        .value("id", graph.id)
        .value("state", state_word(graph.state))
        .text("initiator", graph.initiator_name)
        .time("submitted", graph.submitted)
        .time("started", graph.started)
        .time("ended", graph.ended)
        .texts("processes", graph.processes)
        .texts("roots", graph.roots)
        .done();
}

Object attribute_table(const colonies::Process& process)
{
    Object table;
    for (const colonies::Attribute& attribute : process.attributes)
        table.set(attribute.key, attribute.value);
    return table;
}

Array log_lines(const std::vector<colonies::Log>& logs)
{
    Array lines;
    for (const colonies::Log& log : logs) {
        const std::string_view message = log.message;
        const bool is_closed = message.ends_with('\n');
        for (const std::string_view line : split(message.substr(0, message.size() - (is_closed ? 1 : 0)), '\n'))
            lines.emplace_back(
                Object{{"at", to_seconds(Duration{log.time})}, {"text", line}, {"executor", log.executor_name}});
    }
    return lines;
}

Object entry_table(const colonies::ChannelEntry& entry)
{
    return Table{}
        .value("sequence", entry.sequence)
        .number("reply_to", entry.in_reply_to)
        .time("at", entry.time)
        .text("sender", entry.sender)
        .value("text", entry.payload)
        .value("type", entry.type)
        .text("error", entry.error)
        .done();
}

Object cron_table(const colonies::Cron& cron)
{
    Table table;
    table.value("id", cron.id).value("name", cron.name);
    if (cron.interval > 0)
        table.value("every", cron.interval);
    else
        table.value("cron", cron.expression);
    return table.text("initiator", cron.initiator_name)
        .time("next_run", cron.next_run)
        .time("last_run", cron.last_run)
        .text("last_workflow", cron.last_graph)
        .value("after_last", cron.waits_for_last)
        .value("random", cron.random)
        .value("tasks", task_list(cron.workflow))
        .done();
}

Object generator_table(const colonies::Generator& generator)
{
    return Table{}
        .value("id", generator.id)
        .value("name", generator.name)
        .value("trigger", generator.trigger)
        .limit("timeout", generator.timeout)
        .value("queued", generator.queue_size)
        .text("initiator", generator.initiator_name)
        .time("first_pack", generator.first_pack)
        .time("last_run", generator.last_run)
        .value("tasks", task_list(generator.workflow))
        .done();
}

} // namespace forager
