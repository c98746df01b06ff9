// PostgreSQL's own programs: told by their environment where to go and who they are, never by arguments; no file of the
// user is read and nothing is asked. Used by this folder.
#pragma once

#include "core/failure.hpp"
#include "ports/process_runner.hpp"
#include "primitives/postgres/server.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace forager::postgres {

/// Who runs the programs of one piece of work.
struct Hands {
    ProcessRunner& processes;
    ScopeId scope{};
    LineSink* lines = nullptr; ///< hears what they have to say on stderr
};

/// Connects to the server's database.
Command client_command(const Hands& hands, const Server& server, std::vector<std::string> argv);

/// Runs it to its end. Failures: not_found (the program, with its package; the database), refused (password, user,
/// rights; a program that is too old for the server, with its package), unreachable, exit for the rest, with what the
/// program said last; those of its source and sink; timed_out.
boost::asio::awaitable<Result<Completed>> run_client(const Hands& hands, const Server& server, Command command);

/// What a program that failed meant. Pure.
Failure client_failure(const Server& server, const std::string& program, Completed done);

} // namespace forager::postgres
