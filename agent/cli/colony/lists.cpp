#include "cli/colony/lists.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/calls/workflows.hpp"
#include "clients/colonies/client.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessGraph;
using colonies::ProcessState;

namespace {

constexpr std::size_t id_length = 64;
constexpr std::size_t least_beginning = 8;

// They were asked for in the order of their states.
template <class Record> void sort_ended(std::vector<Record>& records)
{
    const auto first = std::ranges::find_if(records, [](const Record& record) { return has_ended(record.state); });
    std::ranges::sort(first, records.end(), [](const Record& a, const Record& b) { return a.ended > b.ended; });
}

bool may_be_id(const std::string& text)
{
    return text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

template <class Record>
void add_matches(std::set<std::string>& ids, const std::vector<Record>& records, const std::string& beginning)
{
    for (const Record& record : records)
        if (record.id.starts_with(beginning))
            ids.insert(record.id);
}

} // namespace

std::vector<ProcessState> all_states()
{
    return {ProcessState::running, ProcessState::waiting, ProcessState::successful, ProcessState::failed,
            ProcessState::cancelled};
}

asio::awaitable<Result<std::vector<Process>>> list_processes(ColonyMember& member, ListQuery query)
{
    std::vector<Process> all;
    for (const ProcessState state : query.states) {
        colonies::ProcessQuery one;
        one.colony = member.colony();
        one.state = state;
        one.count = query.count;
        one.executor_type = query.executor;
        one.label = query.label;
        auto listed = co_await colonies::get_processes(member.caller(), one);
        if (!listed)
            co_return listed.error();
        std::ranges::move(*listed, std::back_inserter(all));
    }
    // The server heeds one filter only.
    std::erase_if(all,
                  [&](const Process& process) { return !query.label.empty() && process.spec.label != query.label; });
    sort_ended(all);
    co_return all;
}

asio::awaitable<Result<std::vector<ProcessGraph>>> list_graphs(ColonyMember& member, ListQuery query)
{
    std::vector<ProcessGraph> all;
    for (const ProcessState state : query.states) {
        auto listed = co_await colonies::get_process_graphs(member.caller(), member.colony(), state, query.count);
        if (!listed)
            co_return listed.error();
        std::ranges::move(*listed, std::back_inserter(all));
    }
    sort_ended(all);
    co_return all;
}

asio::awaitable<Result<std::string>> whole_id(ColonyMember& member, std::string beginning)
{
    if (!may_be_id(beginning) || beginning.size() > id_length || beginning.size() < least_beginning)
        co_return Failure{Errc::bad_arguments,
                          "'" + beginning +
                              "' is no id of a colony: those have 64 hexadecimal "
                              "digits, of which the first 8 or more do for what 'ps --colony --all' lists"};
    if (beginning.size() == id_length)
        co_return beginning;
    ListQuery query;
    query.states = all_states();
    const auto processes = co_await list_processes(member, query);
    if (!processes)
        co_return processes.error();
    const auto graphs = co_await list_graphs(member, query);
    if (!graphs)
        co_return graphs.error();
    std::set<std::string> ids;
    add_matches(ids, *processes, beginning);
    add_matches(ids, *graphs, beginning);
    if (ids.size() == 1)
        co_return *ids.begin();
    if (ids.empty())
        co_return Failure{Errc::not_found,
                          "no process or workflow that the colony lists has an id that begins with '" + beginning +
                              "': it lists a hundred of each state; older ones are found by their whole id"};
    co_return Failure{Errc::bad_arguments, "several ids begin with '" + beginning + "': give more of it"};
}

} // namespace forager::cli
