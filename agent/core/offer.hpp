// What an executor of a colony offers, and which of this agent's functions a process means by its name. Used by the
// source of a colony. Colonies match a process by the executor's type alone: any function name may arrive.
#pragma once

#include "core/failure.hpp"
#include "core/invocation.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

struct Offer {
    std::string type;                        ///< of the executor
    std::vector<std::string> functions{"*"}; ///< patterns of full names, with `*` and `?`
    bool shell = false;                      ///< commands are joined to a line for the shell
    bool session = false;                    ///< what Python code defines stays for later calls
};

/// Whether the executor offers the function of this full name.
bool offers(const Offer& offer, std::string_view function);

/// The family that an executor's type stands for: "python" for "python-executor".
std::string family_of(std::string_view type);

/// Makes `invocation`, whose function is a process's `funcname`, one of a function that there is: by its full name, by
/// its name in the family of the executor's type, or as the family takes any name (unix: a program; python: a function
/// of the code that comes with the process, or of its session); the names by which a server asks the handler of
/// blueprints mean the family reconcile. Failures: not_found, with all that the executor has.
Result<void> match(Invocation& invocation, const Offer& offer, const std::vector<std::string>& functions);

} // namespace forager
