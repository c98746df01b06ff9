#include "cli/colony/watch.hpp"

#include "cli/colony/reading.hpp"
#include "cli/colony/words.hpp"
#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "clients/colonies/client.hpp"
#include "primitives/colony/outcome.hpp"
#include "primitives/colony/patience.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Process;
using colonies::ProcessState;

namespace {

constexpr Duration shortest_pause = 100ms;
constexpr Duration longest_pause = 500ms;
constexpr int share = 5; // of the time, one part is asking

Invocation shown(const std::string& id, const std::string& name)
{
    Invocation invocation;
    invocation.id = id;
    invocation.label = name;
    return invocation;
}

// They come after the state, and to those that failed with their workflow never.
bool is_failed_without_errors(const Process& process)
{
    return process.state == ProcessState::failed && process.errors.empty();
}

} // namespace

asio::awaitable<Outcome> ColonyWatch::process(std::string id)
{
    process_ = std::move(id);
    const auto ended = co_await until_end();
    if (!ended)
        co_return ended.error();
    co_return outcome_of(rows_.front().process);
}

asio::awaitable<Outcome> ColonyWatch::graph(std::string id, std::vector<std::string> tasks)
{
    graph_.id = std::move(id);
    const auto ended = co_await until_end();
    if (!ended)
        co_return ended.error();
    if (graph_.state != ProcessState::successful)
        co_return failure();
    Object results;
    for (const std::string& task : tasks)
        for (const Row& row : rows_)
            if (row.process.spec.node == task)
                results.set(task, as_one(row.process.out));
    for (const Row& row : rows_)
        if (results.find(row.process.spec.node) == nullptr)
            results.set(row.process.spec.node, as_one(row.process.out));
    co_return Outputs{Value{std::move(results)}};
}

asio::awaitable<Result<void>> ColonyWatch::until_end()
{
    ColonyPatience patience;
    for (Duration pause = shortest_pause;; pause = std::min(pause * 3 / 2, longest_pause)) {
        const TimePoint begun = member_.clock().now();
        const auto ended = co_await look();
        const TimePoint now = member_.clock().now();
        if (!ended && !patience.bears(ended.error(), now))
            co_return ended.error();
        if (ended)
            patience.restore();
        else
            doubt(ended.error());
        if (ended && *ended)
            co_return Result<void>{};
        co_await sleep_for(member_.clock(), std::max(pause, share * (now - begun)));
    }
}

// Once more; whether it has ended.
asio::awaitable<Result<bool>> ColonyWatch::look()
{
    if (process_.empty()) {
        auto graph = co_await colonies::get_process_graph(member_.caller(), graph_.id);
        if (!graph)
            co_return graph.error();
        graph_ = std::move(*graph);
    }
    if (const auto read = co_await read_rows(due()); !read)
        co_return read.error();
    if (const auto read = co_await read_names(); !read)
        co_return read.error();
    away_ = false;
    const ProcessState state = process_.empty() ? graph_.state : rows_.front().process.state;
    if (state == ProcessState::failed && lacks_errors() && --patience_ > 0)
        co_return false;
    for (Row& row : rows_)
        if (const auto told = co_await tell(row); !told)
            co_return told.error();
    co_return has_ended(state);
}

// A process that waits for its parents begins when the last of them has ended.
std::vector<std::string> ColonyWatch::due() const
{
    if (rows_.empty())
        return process_.empty() ? graph_.processes : std::vector{process_};
    std::set<std::string_view> open;
    for (const Row& row : rows_)
        if (!has_ended(row.process.state))
            open.insert(row.process.id);
    const bool is_last_look = process_.empty() && has_ended(graph_.state);
    std::vector<std::string> ids;
    for (const Row& row : rows_) {
        const Process& process = row.process;
        const auto is_open = [&](const std::string& id) { return open.contains(id); };
        const bool may_change = open.contains(process.id)
                                    ? is_last_look || std::ranges::none_of(process.parents, is_open)
                                    : is_failed_without_errors(process);
        if (may_change)
            ids.push_back(process.id);
    }
    return ids;
}

asio::awaitable<Result<void>> ColonyWatch::read_rows(std::vector<std::string> ids)
{
    auto read = co_await read_processes(member_, std::move(ids));
    if (!read)
        co_return read.error();
    if (rows_.empty()) {
        sort_by_dependency(*read);
        for (Process& process : *read)
            rows_.push_back({process, name_of(process)});
        co_return Result<void>{};
    }
    for (Process& process : *read)
        std::ranges::find(rows_, process.id, [](const Row& row) { return row.process.id; })->process =
            std::move(process);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> ColonyWatch::read_names()
{
    const bool known = std::ranges::all_of(rows_, [&](const Row& row) {
        return row.process.executor_id.empty() || executors_.contains(row.process.executor_id);
    });
    if (known)
        co_return Result<void>{};
    auto names = co_await executor_names(member_);
    if (!names)
        co_return names.error();
    executors_ = std::move(*names);
    for (const Row& row : rows_) // so that it is asked once for those that nobody knows
        executors_.emplace(row.process.executor_id, executor_of(row.process, executors_));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> ColonyWatch::read_lines(Row& row)
{
    colonies::LogQuery query;
    query.colony = member_.colony();
    query.process = row.process.id;
    for (;;) {
        query.since = row.logged;
        const auto logs = co_await colonies::get_logs(member_.caller(), query);
        if (!logs)
            co_return logs.error();
        for (const colonies::Log& log : *logs) {
            if (!tell_lines(row, log))
                co_return Failure{Errc::cancelled, "nobody reads the lines"};
            row.logged = std::max(row.logged, log.time);
        }
        if (std::ssize(*logs) < query.count)
            co_return Result<void>{};
    }
}

// Those of a workflow's task belong to its row, those of the only process stand for themselves.
bool ColonyWatch::tell_lines(const Row& row, const colonies::Log& log)
{
    const bool is_task = process_.empty();
    for (std::string& line : lines_of(log.message))
        if (!see_)
            observer_.line(is_task ? shown(row.process.id, row.name) : Invocation{}, line);
        else if (!see_(Value{line_data(log.time, std::move(line), is_task ? row.process.spec.node : "")}))
            return false;
    return true;
}

bool ColonyWatch::lacks_errors() const
{
    return std::ranges::all_of(rows_, [](const Row& row) { return row.process.errors.empty(); });
}

// What it says stands between its beginning and its end, also where both are seen at once.
asio::awaitable<Result<void>> ColonyWatch::tell(Row& row)
{
    const bool ended = has_ended(row.process.state);
    if (ended && row.process.started && !row.has_begun)
        tell(row, State::running, on_executor(row));
    if (!ended)
        tell_state(row);
    if (lines_ && !row.is_read && row.process.started) {
        if (const auto read = co_await read_lines(row); !read)
            co_return read.error();
        row.is_read = ended;
    }
    if (ended)
        tell_state(row);
    co_return Result<void>{};
}

void ColonyWatch::tell_state(Row& row)
{
    const Process& process = row.process;
    const State state = state_of(process.state);
    if (!process_.empty() || !is_failed_without_errors(process))
        return tell(row, state, state == State::running ? on_executor(row) : note_on(process));
    if (const Row* first = first_failed(); first != nullptr && has_ended(graph_.state)) // else its errors may come
        tell(row, State::cancelled, first->process.spec.node + " failed"); // as an embedded workflow says it
}

void ColonyWatch::tell(Row& row, State state, const std::string& note)
{
    std::string told = std::string{forager::name_of(state)} + " " + note;
    if (row.told == told)
        return;
    row.told = std::move(told);
    row.has_begun = row.has_begun || state == State::running;
    observer_.state(shown(row.process.id, row.name), state, note);
}

std::string ColonyWatch::on_executor(const Row& row) const
{
    return "on " + executor_of(row.process, executors_);
}

// Once, until it answers again.
void ColonyWatch::doubt(const Failure& failure)
{
    if (!away_)
        observer_.line({}, "the colony does not answer: " + failure.message + "; it is asked again");
    away_ = true;
}

const ColonyWatch::Row* ColonyWatch::first_failed() const
{
    const Row* first = nullptr;
    for (const Row& row : rows_)
        if (!row.process.errors.empty() && (first == nullptr || row.process.ended < first->process.ended))
            first = &row;
    return first;
}

Failure ColonyWatch::failure() const
{
    if (graph_.state == ProcessState::cancelled)
        return {Errc::cancelled, "the workflow was cancelled in the colony"};
    const Row* row = first_failed();
    if (row == nullptr)
        return {Errc::script, "the workflow failed in the colony, and no task says why"};
    const Outcome outcome = outcome_of(row->process);
    Failure failure = outcome ? Failure{} : outcome.error();
    failure.message = "task '" + row->process.spec.node + "' failed: " + row->process.errors.front();
    failure.details.set("task", row->process.spec.node);
    return failure;
}

} // namespace forager::cli
