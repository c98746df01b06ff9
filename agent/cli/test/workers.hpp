// Runs files of tests in child processes, several at once: what a test does to its process is no other's business.
#pragma once

#include "cli/test/plan.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace forager::cli {

struct TestOutcome {
    std::vector<TestFileResult> files; ///< in the order of the plan
    LineCounts counts;                 ///< of all of them
    int signal = 0;                    ///< that ended it; 0: none
};

/// `told` hears of each file that is done, in the order of the plan. Children are gone when it returns. Throws
/// std::system_error where the system gives no process.
TestOutcome run_tests(const TestPlan& plan, const std::function<void(const TestFileResult&)>& told);

} // namespace forager::cli
