// What a child process that runs a file of tests tells its parent: one JSON document in a line, through a pipe.
#pragma once

#include "cli/test/plan.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager::cli {

struct TestEvent {
    enum class Kind {
        begins,   ///< a test, `index` among those of the file
        ended,    ///< with `result`
        problem,  ///< the file does not load: `failure`
        coverage, ///< `counts` of the process that ends now
        done      ///< all of the file
    };
    Kind kind = Kind::done;
    std::size_t index = 0;
    TestResult result; ///< of one that begins: its name and place
    Failure failure;
    LineCounts counts;
};

std::string to_line(const TestEvent& event);
TestEvent read_event(std::string_view line);

/// In the child process: runs the tests of the file from the one at `first` on, and writes what happens to the pipe.
/// Gives the exit status.
int serve_tests(const TestPlan& plan, const std::string& path, std::size_t first, int pipe);

} // namespace forager::cli
