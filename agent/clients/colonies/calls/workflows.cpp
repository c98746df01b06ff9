#include "clients/colonies/calls/workflows.hpp"

#include "clients/colonies/calls/ask.hpp"

namespace forager::colonies {

namespace asio = boost::asio;

asio::awaitable<Result<ProcessGraph>> submit_workflow(Caller member, WorkflowSpec spec)
{
    return ask<ProcessGraph>(std::move(member), "submitworkflowspecmsg", {{"spec", to_object(spec)}});
}

asio::awaitable<Result<ProcessGraph>> get_process_graph(Caller member, std::string graph)
{
    return ask<ProcessGraph>(std::move(member), "getprocessgraphmsg", {{"processgraphid", std::move(graph)}});
}

asio::awaitable<Result<std::vector<ProcessGraph>>> get_process_graphs(Caller member, std::string colony,
                                                                      ProcessState state, std::int64_t count)
{
    return ask_list<ProcessGraph>(
        std::move(member), "getprocessgraphsmsg",
        {{"colonyname", std::move(colony)}, {"count", count}, {"state", static_cast<int>(state)}});
}

asio::awaitable<Result<void>> cancel_process_graph(Caller member, std::string graph)
{
    return tell(std::move(member), "cancelprocessgraphmsg", {{"processgraphid", std::move(graph)}});
}

asio::awaitable<Result<void>> remove_process_graph(Caller member, std::string graph)
{
    return tell(std::move(member), "removeprocessgraphmsg", {{"processgraphid", std::move(graph)}, {"all", false}});
}

asio::awaitable<Result<void>> remove_all_process_graphs(Caller owner, std::string colony,
                                                        std::optional<ProcessState> state)
{
    return tell(std::move(owner), "removeallprocessgraphsmsg",
                {{"colonyname", std::move(colony)}, {"state", state ? static_cast<int>(*state) : -1}});
}

asio::awaitable<Result<Process>> add_child(Caller executor, NewChild child)
{
    return ask<Process>(std::move(executor), "addchildmsg",
                        {{"processgraphid", std::move(child.graph)},
                         {"parentprocessid", std::move(child.parent)},
                         {"childprocessid", std::move(child.child)},
                         {"spec", to_object(child.spec)},
                         {"insert", child.insert}});
}

} // namespace forager::colonies
