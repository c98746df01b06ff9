// Calls about processes: submitted by members, run by executors. Failures: see server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/process.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

// For members:
boost::asio::awaitable<Result<Process>> submit(Caller member, FunctionSpec spec);
boost::asio::awaitable<Result<Process>> get_process(Caller member, std::string process);

/// The server heeds one filter only: the type, else the initiator, else the label.
struct ProcessQuery {
    std::string colony;
    ProcessState state = ProcessState::waiting;
    std::int64_t count = 100; ///< at most 100
    std::string executor_type;
    std::string initiator; ///< a user's name
    std::string label;

    ProcessQuery() = default;
};

/// Waiting ones by priority, running ones the oldest first, ended ones the newest first.
boost::asio::awaitable<Result<std::vector<Process>>> get_processes(Caller member, ProcessQuery query);

boost::asio::awaitable<Result<std::vector<ProcessHead>>> get_process_heads(Caller member, ProcessQuery query);

/// All that run at this executor, however many; the database's clock must not be behind the server's, or the newest are
/// missing.
boost::asio::awaitable<Result<std::vector<ProcessHead>>> get_running_heads(Caller member, std::string colony,
                                                                           std::string executor_id);

/// Those submitted within `last` in this state, the oldest first; of all executors when `executor_id` is empty.
boost::asio::awaitable<Result<std::vector<Process>>> get_process_history(Caller member, std::string colony,
                                                                         std::string executor_id, ProcessState state,
                                                                         std::chrono::seconds last);

/// One that waits or runs and is in no workflow. Its executor is not told.
boost::asio::awaitable<Result<void>> cancel_process(Caller member, std::string process);
/// One that does not run and is in no workflow.
boost::asio::awaitable<Result<void>> remove_process(Caller member, std::string process);
/// For the colony's owner. Without a state all but those of workflows.
boost::asio::awaitable<Result<void>> remove_all_processes(Caller owner, std::string colony,
                                                          std::optional<ProcessState> state);

// For executors:

struct AssignRequest {
    std::string colony;
    std::chrono::seconds wait{10}; ///< how long the server looks for one; zero: it answers at once
    std::string cpu;               ///< "4000m": nothing that asks for more; empty: no limit
    std::string memory;            ///< "4Gi", the same

    AssignRequest() = default;
};

/// A process, which is the caller's then. Refusals: nothing_to_do, paused, not_member. A process that came and could
/// not be read is the caller's all the same: `processid` in the failure's details names it.
boost::asio::awaitable<Result<Process>> assign(Caller executor, AssignRequest request);

/// Tells the server that this executor lives, and takes no work: only an assign counts as a sign of life, so this is
/// one that nothing can match. Due within ten minutes; better every minute.
boost::asio::awaitable<Result<void>> heartbeat(Caller executor, std::string colony);

/// Refusals of both closes: not_assigned, someone_elses, already_closed. Closing as successful again replaces the
/// output; an empty `out` keeps what `set_output` gave. Failures: bad_arguments, where `out` has an integer that the
/// server would round.
boost::asio::awaitable<Result<void>> close_successful(Caller executor, std::string process, Array out);
boost::asio::awaitable<Result<void>> close_failed(Caller executor, std::string process,
                                                  std::vector<std::string> errors);

/// While it runs. An empty `out` changes nothing.
boost::asio::awaitable<Result<void>> set_output(Caller executor, std::string process, Array out);

/// While it runs; `attribute.process` and `colony` say where. The same key and type cannot be added twice.
boost::asio::awaitable<Result<Attribute>> add_attribute(Caller executor, Attribute attribute);
boost::asio::awaitable<Result<Attribute>> get_attribute(Caller member, std::string attribute);

} // namespace forager::colonies
