// A user's Python code: one call in an interpreter of its own. For functions and scripts, on the strand.
#pragma once

#include "base/time.hpp"
#include "core/outcome.hpp"
#include "core/value.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

struct PythonCall {
    std::string code; ///< the code itself …
    std::string file; ///< … or the file that it stands in, relative to `cwd`
    std::string call; ///< the function to call; "*": the only one; empty: the variable `result` is taken
    std::vector<Value> args;
    Object kwargs;
    std::optional<Object> context; ///< goes to the function's parameter `ctx`, if it has one
    std::string python;            ///< an interpreter or the folder of a venv; empty: python3 from PATH
    std::optional<Duration> timeout;
    std::vector<std::pair<std::string, std::string>> env; ///< added to the environment
    std::string cwd;                                      ///< as of `Command`
    std::optional<LastingFolder> folder;                  ///< as of `Command`
    std::optional<std::size_t> limit; ///< bytes kept of what it prints, for failures; as of `Command`
    ResourceLimits limits;
    ScopeId scope{};
    LineSink* lines = nullptr; ///< hears what it prints; must outlive the run

    PythonCall() = default;
};

/// None is no output, a tuple several, anything else one. Strings that are not UTF-8 arrive in Python as `bytes`, and
/// `bytes` come back as strings. Failures: `script` (an exception: python_type in the details, place and traceback),
/// `exit` (it ended itself or crashed: exit_code, stdout, stderr), `not_found` (interpreter, file, function),
/// `bad_arguments` (a result that is not data), `limit` (a result beyond 64 MB), and those of `ProcessRunner::run`.
boost::asio::awaitable<Outcome> run_python(ProcessRunner& runner, PythonCall call);

} // namespace forager
