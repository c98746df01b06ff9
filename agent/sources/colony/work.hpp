// A process of a colony as an invocation: from here on nothing knows of colonies. Pure. Facts: docs/colony.md.
#pragma once

#include "clients/colonies/types/process.hpp"
#include "core/function.hpp"
#include "core/invocation.hpp"
#include "core/native_workflow.hpp"
#include "sources/colony/identity.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager::colony {

/// The note of a process that stands for a task of a script's workflow; nothing for others.
std::optional<TaskNote> note_of(const colonies::Process& process);

/// By the name of its node one value of each parent, as an embedded workflow has it.
using ParentResults = std::map<std::string, Value, std::less<>>;

/// Where the server is, for the environment of commands.
struct ServerAddress {
    std::string host;
    std::uint16_t port = 0;
    bool tls = false;
};

/// The invocation has the process's id, and no secret in it. One that stands for a task of a script's workflow is as in
/// an embedded one, with what its `parents` gave. Failures: not_found, with what the executor has; refused, where it
/// wants files; bad_arguments for what is not in the parents' results.
Result<Invocation> invocation_of(const colonies::Process& process, const Identity& who, const ServerAddress& server,
                                 const std::vector<std::string>& functions, const ParentResults& parents = {});

/// The same of a process that cannot be run here: for the record of its failure.
Invocation refused_work(std::string id, std::string function, const Identity& who);

/// What commands may see of the executor beyond that, where its entry says so. Never kept on the disk.
void add_key(Invocation& invocation, const Identity& who);

/// What the colony hears of a failure: one sentence with its place in the script, and the traceback where there is one,
/// of each at most some thousand bytes.
std::vector<std::string> errors_of(const Failure& failure);

} // namespace forager::colony
