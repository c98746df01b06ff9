// A Colonies server for tests, as far as an executor sees it: it gives what waits, and writes down what it hears.
#pragma once

#include "colony_world.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

/// The record of a process that runs.
inline Object process_record(const std::string& id, Object spec = {}, std::int64_t retries = 0)
{
    Object full{{"funcname", "demo.work"}, {"maxexectime", -1}, {"maxretries", 0}};
    for (const auto& [name, value] : spec)
        full.set(name, value);
    return {{"processid", id}, {"state", 1}, {"retries", retries}, {"spec", std::move(full)}};
}

class FakeColony {
public:
    using Answer = std::function<Reply(const Heard& call)>;

    std::map<std::string, Answer> on;                       ///< instead of what it would answer, by the call's name
    std::deque<Object> waiting;                             ///< processes to give
    std::map<std::string, Object> processes;                ///< that it knows
    std::map<std::int64_t, std::vector<std::string>> lists; ///< ids by state, the newest first
    std::vector<Heard> calls;
    std::vector<std::string>* story = nullptr; ///< hears "CALL ID" of what changes a process
    std::string executor_id, executor_name = "edge-1", executor_type = "edge";
    Value last_heard{}; ///< of that executor

    /// An assign that nothing can match.
    static bool is_heartbeat(const Heard& call) { return part<std::string>(call.payload, "availablecpu") == "-1m"; }

    Reply answer(const std::string& request)
    {
        const Heard call = heard(request.substr(request.find("\r\n\r\n") + 4));
        calls.push_back(call);
        const std::string id = part<std::string>(call.payload, "processid");
        if (story != nullptr && !id.empty() && call.call != "getprocessmsg")
            story->push_back(call.call + " " + id);
        const auto special = on.find(call.call);
        return as_reply_to(request, special == on.end() ? usual(call, id) : special->second(call));
    }

    Reply usual(const Heard& call, const std::string& id)
    {
        if (call.call == "assignprocessmsg")
            return assigned(is_heartbeat(call));
        if (call.call == "getexecutorbyidmsg")
            return payload(Object{{"executorid", executor_id},
                                  {"executorname", executor_name},
                                  {"executortype", executor_type},
                                  {"colonyname", "c"},
                                  {"state", 1},
                                  {"lastheardfromtime", last_heard}});
        if (call.call == "getprocessmsg")
            return processes.contains(id) ? payload(lent(processes.at(id)))
                                          : refusal_of_server(404, "Failed to get process, process not found");
        if (call.call == "getprocessesmsg")
            return listed(part<std::int64_t>(call.payload, "state"), part<std::int64_t>(call.payload, "count"));
        if (call.call == "getprocesshistmsg")
            return listed(part<std::int64_t>(call.payload, "state"), INT64_MAX);
        const bool is_list = call.call == "getfunctionsmsg" || call.call == "getexecutorsmsg";
        return reply_of(is_list ? "null" : "{}");
    }

    std::size_t count(const std::string& call) const
    {
        return static_cast<std::size_t>(std::ranges::count(calls, call, &Heard::call));
    }

    /// Calls for work.
    std::size_t asked() const
    {
        return count("assignprocessmsg") - static_cast<std::size_t>(std::ranges::count_if(calls, is_heartbeat));
    }

    /// The last of these calls.
    const Object& last(const std::string& call) const
    {
        return std::ranges::find(calls.rbegin(), calls.rend(), call, &Heard::call)->payload;
    }

private:
    static Reply payload(Object object) { return reply_of(to_json(Value{std::move(object)})); }

    Object lent(Object process) const
    {
        if (process.find("assignedexecutorid") == nullptr)
            process.set("assignedexecutorid", executor_id);
        return process;
    }

    Reply assigned(bool none)
    {
        if (none || waiting.empty())
            return refusal_of_server(404, "No process available for assignment");
        Object process = lent(std::exchange(waiting.front(), {}));
        waiting.pop_front();
        processes.insert_or_assign(part<std::string>(process, "processid"), process);
        return payload(std::move(process));
    }

    Reply listed(std::int64_t state, std::int64_t count)
    {
        Array list;
        for (const std::string& id : lists[state]) {
            if (std::ssize(list) == count)
                break;
            Object process = processes.contains(id) ? processes.at(id) : process_record(id);
            process.set("state", state);
            list.emplace_back(lent(std::move(process)));
        }
        return reply_of(to_json(Value{std::move(list)}));
    }
};

} // namespace forager::test
