#include "primitives/colony/processes.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/envelope.hpp"
#include "core/options.hpp"
#include "ports/cancellation.hpp"
#include "ports/with_grace.hpp"
#include "primitives/colony/outcome.hpp"
#include "primitives/colony/patience.hpp"
#include "primitives/colony/query.hpp"
#include "primitives/colony/tables.hpp"
#include "primitives/colony/take_back.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace forager::colony_work {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessState;

namespace {

constexpr Duration first_pause = std::chrono::milliseconds{100};
constexpr Duration longest_pause = std::chrono::seconds{1};
constexpr std::int64_t most_processes = 100; // the server's limits of one answer
constexpr std::int64_t most_logs = 500;
constexpr std::int64_t lines_at_once = 100; // entries, of which each may be a megabyte

Result<colonies::ProcessQuery> process_query(const Object& given, const std::string& colony)
{
    colonies::ProcessQuery query;
    query.colony = colony;
    int filters = 0;
    const auto count = count_in(given, most_processes);
    if (!count)
        return count.error();
    query.count = *count;
    struct Filter {
        const char* name;
        std::string& target;
    };
    for (const auto& [name, target] : {Filter{"executor", query.executor_type}, Filter{"initiator", query.initiator},
                                       Filter{"label", query.label}}) {
        auto text = text_option(given, name);
        if (!text)
            return text.error();
        target = text->value_or("");
        filters += target.empty() ? 0 : 1;
    }
    if (filters > 1)
        return Failure{Errc::bad_arguments, "one of 'executor', 'initiator' and 'label': the server heeds one only"};
    return query;
}

Result<colonies::LogQuery> log_query(const Object& given)
{
    colonies::LogQuery query;
    const auto count = count_in(given, most_logs);
    const auto since = duration_option(given, "since"); // of 1970
    const auto latest = flag_option(given, "latest", false);
    if (!count)
        return count.error();
    if (!since)
        return since.error();
    if (!latest)
        return latest.error();
    query.count = *count;
    query.since = since->value_or(Duration::zero()).count();
    query.latest = *latest;
    return query;
}

Result<Value> value_of(const Process& process)
{
    auto outcome = outcome_of(process);
    if (!outcome)
        return outcome.error();
    return as_one(std::move(*outcome));
}

} // namespace

asio::awaitable<Result<Object>> submit(ColonyMember& member, ColonyCall call)
{
    auto spec = specification_of(std::move(call), member.colony());
    if (!spec)
        co_return spec.error();
    auto process = co_await colonies::submit(member.caller(), std::move(*spec));
    if (!process)
        co_return process.error();
    co_return process_table(*process);
}

asio::awaitable<Result<Value>> wait(ColonyMember& member, std::string process)
{
    auto found = co_await colonies::get_process(member.caller(), process);
    if (!found)
        co_return found.error();
    auto ended = co_await member.wait(std::move(process));
    if (!ended)
        co_return ended.error();
    co_return value_of(*ended);
}

asio::awaitable<Result<Value>> run(ColonyMember& member, ColonyCall call, bool go_on)
{
    auto spec = specification_of(std::move(call), member.colony());
    if (!spec)
        co_return spec.error();
    auto submitting = colonies::submit(member.caller(), std::move(*spec));
    auto submitted = co_await with_grace(member.clock(), grace_for_submission, std::move(submitting));
    if (!submitted)
        co_return submitted.error();
    std::exception_ptr thrown;
    try {
        auto ended = co_await member.wait(submitted->id);
        if (!ended)
            co_return ended.error();
        co_return value_of(*ended);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (is_cancellation(thrown) && !go_on) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        auto cancelling = colonies::cancel_process(member.caller(), submitted->id);
        co_await take_back(member.clock(), std::move(cancelling));
    }
    std::rethrow_exception(thrown);
}

asio::awaitable<Result<Object>> get(ColonyMember& member, std::string process)
{
    auto found = co_await colonies::get_process(member.caller(), std::move(process));
    if (!found)
        co_return found.error();
    co_return process_table(*found);
}

asio::awaitable<Result<void>> cancel(ColonyMember& member, std::string process)
{
    return colonies::cancel_process(member.caller(), std::move(process));
}

asio::awaitable<Result<Array>> list(ColonyMember& member, Object query)
{
    const auto states = states_in(query);
    if (!states)
        co_return states.error();
    auto wanted = process_query(query, member.colony());
    if (!wanted)
        co_return wanted.error();
    Array list;
    for (const ProcessState state : *states) {
        wanted->state = state;
        auto part = *wanted;
        auto processes = co_await colonies::get_processes(member.caller(), std::move(part));
        if (!processes)
            co_return processes.error();
        for (const Process& process : *processes)
            list.emplace_back(process_table(process));
    }
    co_return list;
}

asio::awaitable<Result<Array>> logs(ColonyMember& member, std::string process, Object query)
{
    auto wanted = log_query(query);
    if (!wanted)
        co_return wanted.error();
    wanted->colony = member.colony();
    wanted->process = std::move(process);
    auto found = co_await colonies::get_logs(member.caller(), std::move(*wanted));
    if (!found)
        co_return found.error();
    co_return log_lines(*found);
}

asio::awaitable<Result<LogPart>> next_lines(ColonyMember& member, std::string process, std::int64_t since)
{
    ColonyPatience patience;
    LogPart part;
    part.since = since;
    bool ended = false;
    for (Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        colonies::LogQuery query;
        query.colony = member.colony();
        query.process = process;
        query.since = since;
        query.count = lines_at_once;
        auto logs = co_await colonies::get_logs(member.caller(), std::move(query));
        if (logs.has_error() && !patience.bears(logs.error(), member.clock().now()))
            co_return logs.error();
        if (logs.has_value() && !logs->empty()) {
            part.lines = log_lines(*logs);
            part.since = logs->back().time;
            co_return part;
        }
        if (logs.has_value() && ended)
            co_return part;
        auto found = co_await colonies::get_process(member.caller(), process);
        if (found.has_error() && !patience.bears(found.error(), member.clock().now()))
            co_return found.error();
        if (found.has_value())
            patience.restore();
        ended = found.has_value() && has_ended(found->state); // its last lines may have come meanwhile
        if (!ended)
            co_await sleep_for(member.clock(), pause);
    }
}

asio::awaitable<Result<void>> add_attribute(ColonyMember& member, std::string process, std::string key,
                                            std::string value)
{
    if (!is_utf8(process))
        co_return colonies::no_text("processid");
    colonies::Attribute attribute;
    attribute.process = std::move(process);
    attribute.colony = member.colony();
    attribute.key = std::move(key);
    attribute.value = std::move(value);
    auto added = co_await colonies::add_attribute(member.caller(), std::move(attribute));
    if (!added)
        co_return added.error();
    co_return Result<void>{};
}

} // namespace forager::colony_work
