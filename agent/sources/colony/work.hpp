// A process of a colony as an invocation: from here on nothing knows of colonies. Pure. Facts: docs/colony.md.
#pragma once

#include "clients/colonies/types/process.hpp"
#include "core/function.hpp"
#include "core/invocation.hpp"
#include "sources/colony/identity.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace forager::colony {

/// Where the server is, for the environment of commands.
struct ServerAddress {
    std::string host;
    std::uint16_t port = 0;
    bool tls = false;
};

/// The invocation has the process's id, and no secret in it. Failures: not_found, with what the executor
/// has; refused, where it wants files.
Result<Invocation> invocation_of(const colonies::Process& process, const Identity& who, const ServerAddress& server,
                                 const std::vector<std::string>& functions);

/// The same of a process that cannot be run here: for the record of its failure.
Invocation refused_work(std::string id, std::string function, const Identity& who);

/// What commands may see of the executor beyond that, where its entry says so. Never kept on the disk.
void add_key(Invocation& invocation, const Identity& who);

/// What the colony hears of a failure: one sentence with its place in the script, and the traceback where there is one,
/// of each at most some thousand bytes.
std::vector<std::string> errors_of(const Failure& failure);

} // namespace forager::colony
