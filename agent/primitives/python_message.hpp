// What goes to an interpreter and what it answers. For those who run Python code.
#pragma once

#include "core/outcome.hpp"
#include "ports/process_runner.hpp"
#include "primitives/python.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace forager {

inline constexpr std::size_t largest_python_reply = std::size_t{64} * 1024 * 1024;

/// The interpreter as a command names it.
std::string interpreter_of(const PythonCall& call);

/// The source of what runs in the interpreter.
std::string python_harness();

/// The call's part of the request; its code and arguments move there.
Object python_request(PythonCall& call);

/// What the answer says. Without one it is a crash, of which `done` tells.
Outcome python_outcome(std::string_view answer, Completed done);

/// Of an answer beyond `largest_python_reply`.
Failure python_answer_too_large();

/// What failures name, kept while the command is the runner's.
struct PythonOrigin {
    std::string interpreter;
    std::string cwd;

    explicit PythonOrigin(const Command& command) : interpreter{command.argv.front()}, cwd{command.cwd} {}
};

/// What the runner says about the command, said about the code.
Failure python_runner_failure(Failure failure, const PythonOrigin& origin);

} // namespace forager
