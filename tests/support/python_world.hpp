// Python calls on real processes, with interpreters that are started or forked.
#pragma once

#include "io/process/local_process_runner.hpp"
#include "primitives/python.hpp"
#include "strand.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace forager::test {

/// The system's own: what else is first in PATH may be a script that looks for it.
inline std::string system_python()
{
    const std::string own = "/usr/bin/python3";
    return std::filesystem::exists(own) ? own : "python3";
}

inline PythonCall python_call(std::string code)
{
    PythonCall call;
    call.code = std::move(code);
    call.python = system_python();
    return call;
}

inline constexpr std::size_t never = ~std::size_t{0};

struct PythonWorld {
    Strand strand;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};

    /// Which call of a kind is the first that is forked.
    explicit PythonWorld(std::size_t first_forked = 1) { runner.fork_from(first_forked); }
    ~PythonWorld() { strand.run(runner.end_all()); }

    Outcome run(PythonCall call) { return strand.run(run_python(runner, std::move(call))); }
    Outcome run(const std::string& code) { return run(python_call(code)); }
    std::int64_t number(const std::string& code)
    {
        const Outcome outcome = run(code);
        if (!outcome)
            FAIL(outcome.error().message);
        return *outcome->at(0).get<std::int64_t>();
    }
    std::int64_t parent() { return number("import os\nresult = os.getppid()"); }
    bool is_forked() { return parent() != getpid(); }
};

} // namespace forager::test
