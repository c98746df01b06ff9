#include "clients/colonies/calls/processes.hpp"

#include "clients/colonies/calls/ask.hpp"
#include "clients/colonies/refusal.hpp"
#include "clients/colonies/text.hpp"

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

Object of_process(std::string process)
{
    return {{"processid", std::move(process)}};
}

Object with_output(std::string process, Array out)
{
    return {{"processid", std::move(process)}, {"out", std::move(out)}};
}

Object by(ProcessQuery query)
{
    return {{"colonyname", std::move(query.colony)},  {"count", query.count},
            {"state", static_cast<int>(query.state)}, {"executortype", std::move(query.executor_type)},
            {"label", std::move(query.label)},        {"initiator", std::move(query.initiator)}};
}

Object in_history(std::string colony, std::string executor_id, ProcessState state, std::chrono::seconds last)
{
    return {{"colonyname", std::move(colony)},
            {"executorid", std::move(executor_id)},
            {"seconds", last.count()},
            {"state", static_cast<int>(state)}};
}

// What came was assigned, whether it can be read or not.
Result<Process> read_assigned(const Value& reply)
{
    auto process = read<Process>(reply);
    const auto* record = reply.get<Object>();
    if (process.has_value() || record == nullptr)
        return process;
    Failure failure = process.error();
    failure.details.set("processid", part<std::string>(*record, "processid"));
    return failure;
}

std::int64_t seconds_to_wait(std::chrono::seconds wait)
{
    return wait.count() > 0 ? wait.count() : -1; // 0 is refused
}

} // namespace

asio::awaitable<Result<Process>> submit(Caller member, FunctionSpec spec)
{
    return ask<Process>(std::move(member), "submitfuncspecmsg", {{"spec", to_object(spec)}});
}

asio::awaitable<Result<Process>> get_process(Caller member, std::string process)
{
    return ask<Process>(std::move(member), "getprocessmsg", of_process(std::move(process)));
}

asio::awaitable<Result<std::vector<Process>>> get_processes(Caller member, ProcessQuery query)
{
    return ask_list<Process>(std::move(member), "getprocessesmsg", by(std::move(query)));
}

asio::awaitable<Result<std::vector<ProcessHead>>> get_process_heads(Caller member, ProcessQuery query)
{
    return ask_list<ProcessHead>(std::move(member), "getprocessesmsg", by(std::move(query)));
}

asio::awaitable<Result<std::vector<ProcessHead>>> get_running_heads(Caller member, std::string colony,
                                                                    std::string executor_id)
{
    constexpr std::chrono::seconds for_ever = std::chrono::years{20};
    return ask_list<ProcessHead>(
        std::move(member), "getprocesshistmsg",
        in_history(std::move(colony), std::move(executor_id), ProcessState::running, for_ever));
}

asio::awaitable<Result<std::vector<Process>>> get_process_history(Caller member, std::string colony,
                                                                  std::string executor_id, ProcessState state,
                                                                  std::chrono::seconds last)
{
    return ask_list<Process>(std::move(member), "getprocesshistmsg",
                             in_history(std::move(colony), std::move(executor_id), state, last));
}

asio::awaitable<Result<void>> cancel_process(Caller member, std::string process)
{
    return tell(std::move(member), "cancelprocessmsg", of_process(std::move(process)));
}

asio::awaitable<Result<void>> remove_process(Caller member, std::string process)
{
    return tell(std::move(member), "removeprocessmsg", {{"processid", std::move(process)}, {"all", false}});
}

asio::awaitable<Result<void>> remove_all_processes(Caller owner, std::string colony, std::optional<ProcessState> state)
{
    return tell(std::move(owner), "removeallprocessesmsg",
                {{"colonyname", std::move(colony)}, {"state", state ? static_cast<int>(*state) : -1}});
}

asio::awaitable<Result<Process>> assign(Caller executor, AssignRequest request)
{
    Object payload{{"colonyname", std::move(request.colony)},
                   {"timeout", seconds_to_wait(request.wait)},
                   {"availablecpu", std::move(request.cpu)},
                   {"availablemem", std::move(request.memory)}};
    auto reply =
        co_await executor.client->call_again("assignprocessmsg", std::move(payload), executor.key, request.wait);
    if (reply.has_error())
        co_return std::move(reply).error();
    co_return read_assigned(*reply);
}

asio::awaitable<Result<void>> heartbeat(Caller executor, std::string colony)
{
    // Wishes for cpu begin at 0.
    Object payload{{"colonyname", std::move(colony)}, {"timeout", -1}, {"availablecpu", "-1m"}, {"availablemem", ""}};
    auto reply = co_await executor.client->call("assignprocessmsg", std::move(payload), executor.key);
    const Refusal refusal = reply.has_error() ? refusal_of(reply.error()) : Refusal::none;
    if (reply.has_error() && refusal != Refusal::nothing_to_do && refusal != Refusal::paused)
        co_return std::move(reply).error();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> close_successful(Caller executor, std::string process, Array out)
{
    Object payload = with_output(std::move(process), std::move(out));
    auto told = co_await tell(std::move(executor), "closesuccessfulmsg", std::move(payload));
    co_return told;
}

asio::awaitable<Result<void>> close_failed(Caller executor, std::string process, std::vector<std::string> errors)
{
    Array list;
    for (const std::string& error : errors)
        list.push_back(storable(error));
    return tell(std::move(executor), "closefailedmsg",
                {{"processid", std::move(process)}, {"errors", std::move(list)}});
}

asio::awaitable<Result<void>> set_output(Caller executor, std::string process, Array out)
{
    return tell(std::move(executor), "setoutputmsg", with_output(std::move(process), std::move(out)));
}

asio::awaitable<Result<Attribute>> add_attribute(Caller executor, Attribute attribute)
{
    attribute.key = storable(attribute.key);
    attribute.value = storable(attribute.value);
    return ask<Attribute>(std::move(executor), "addattributemsg", {{"attribute", to_object(attribute)}});
}

asio::awaitable<Result<Attribute>> get_attribute(Caller member, std::string attribute)
{
    return ask<Attribute>(std::move(member), "getattributemsg", {{"attributeid", std::move(attribute)}});
}

} // namespace forager::colonies
