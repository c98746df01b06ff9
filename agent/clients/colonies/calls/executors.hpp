// Calls about executors and the functions that they offer. Failures: see server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/executor.hpp"
#include "clients/colonies/types/function.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

/// Whether a name of an executor or a colony is one: letters, digits, ".", "_" and "-". A colon would break the
/// server's list of executors for good. Failures: bad_arguments.
Result<void> check_name(std::string_view what, std::string_view name);

// For the colony's owner:

/// In the state pending. Refusals: already_exists, also for one that was removed. Failures: bad_arguments for a name
/// (see `check_name`).
boost::asio::awaitable<Result<Executor>> add_executor(Caller owner, Executor executor,
                                                      RecordShape shape = RecordShape::lists);
/// Also brings back one that was removed, with its old key.
boost::asio::awaitable<Result<void>> approve_executor(Caller owner, std::string colony, std::string name);
boost::asio::awaitable<Result<void>> reject_executor(Caller owner, std::string colony, std::string name);
/// Its running processes wait again, its functions are deleted, its name stays taken.
boost::asio::awaitable<Result<void>> remove_executor(Caller owner, std::string colony, std::string name);

// For members:
boost::asio::awaitable<Result<Executor>> get_executor(Caller member, std::string colony, std::string name);
boost::asio::awaitable<Result<Executor>> get_executor_by_id(Caller member, std::string colony, std::string id);
/// Those that are pending, rejected and removed, too.
boost::asio::awaitable<Result<std::vector<Executor>>> get_executors(Caller member, std::string colony);
/// Of all executors when `executor_name` is empty.
boost::asio::awaitable<Result<std::vector<Function>>> get_functions(Caller member, std::string colony,
                                                                    std::string executor_name);

// For the executor itself:
boost::asio::awaitable<Result<void>> update_capabilities(Caller executor, std::string colony, std::string name,
                                                         Capabilities capabilities,
                                                         RecordShape shape = RecordShape::lists);
boost::asio::awaitable<Result<void>> report_allocations(Caller executor, std::string colony, std::string name,
                                                        Allocations allocations);
/// A name that is there already is added once more: look at `get_functions` first.
boost::asio::awaitable<Result<Function>> add_function(Caller executor, Function function,
                                                      RecordShape shape = RecordShape::lists);
boost::asio::awaitable<Result<void>> remove_function(Caller executor, std::string function_id);

} // namespace forager::colonies
