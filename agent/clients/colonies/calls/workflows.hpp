// Calls about workflows. Failures: see server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/workflow.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

// For members:

/// A refused one may leave an empty graph behind that waits for ever.
boost::asio::awaitable<Result<ProcessGraph>> submit_workflow(Caller member, WorkflowSpec spec);
boost::asio::awaitable<Result<ProcessGraph>> get_process_graph(Caller member, std::string graph);
/// The newest first; at most 100.
boost::asio::awaitable<Result<std::vector<ProcessGraph>>> get_process_graphs(Caller member, std::string colony,
                                                                             ProcessState state, std::int64_t count);
/// Nobody is told by a subscription.
boost::asio::awaitable<Result<void>> cancel_process_graph(Caller member, std::string graph);
/// One that does not run.
boost::asio::awaitable<Result<void>> remove_process_graph(Caller member, std::string graph);
/// For the colony's owner. Without a state: all.
boost::asio::awaitable<Result<void>> remove_all_process_graphs(Caller owner, std::string colony,
                                                               std::optional<ProcessState> state);

/// For the executor that runs the parent.
struct NewChild {
    std::string graph;
    std::string parent; ///< a process that runs
    std::string child;  ///< waits for the new one, too; empty: nobody does
    FunctionSpec spec;
    bool insert = false; ///< between the parent and all its children

    NewChild() = default;
};

boost::asio::awaitable<Result<Process>> add_child(Caller executor, NewChild child);

} // namespace forager::colonies
