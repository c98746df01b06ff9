// What `forager test` was asked for, and what came of it.
#pragma once

#include "core/failure.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace forager::cli {

struct TestPlan {
    std::vector<std::string> files;
    std::string filter; ///< what a test's name holds; empty: all
    std::uint64_t seed = 0;
    std::chrono::sys_seconds begin; ///< what the calendar shows when a test begins
    std::chrono::nanoseconds timeout{};
    std::size_t jobs = 1;
    bool coverage = false; ///< lines that run are counted
};

/// path → line → how often it ran, of all that hold code.
using LineCounts = std::map<std::string, std::map<int, std::uint64_t>>;

enum class TestState { passed, failed, skipped };

struct TestResult {
    std::string name;
    std::string where;
    TestState state = TestState::passed;
    Failure failure;                ///< why it failed; of a skipped one the message
    std::vector<std::string> lines; ///< what it printed
    double seconds = 0;             ///< of the machine's time
};

struct TestFileResult {
    std::string path;
    std::vector<TestResult> tests;
    std::vector<Failure> problems; ///< why it does not load, or could not be run to its end
};

struct TestCounts {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    std::size_t problems = 0;
};

TestCounts counts_of(const std::vector<TestFileResult>& files);

/// The files of tests at these paths: files as they are, folders with all below them, in order. Failures: not_found.
Result<std::vector<std::string>> find_tests(const std::vector<std::string>& paths);

/// "2026-03-01", "2026-03-01T12:00:00Z". Failures: bad_arguments.
Result<std::chrono::sys_seconds> read_moment(const std::string& text);

} // namespace forager::cli
