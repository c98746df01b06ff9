// One test from its beginning to its end, in an app of its own: its own clock, chance, values and scripts.
#pragma once

#include "app/app.hpp"
#include "app/bench/ledger.hpp"
#include "scripting/test_bench.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// A file of tests, and the surroundings of each of them.
struct TestFile {
    std::string path;
    std::uint64_t seed = 0;
    WallTime begin;                          ///< what the calendar shows when a test begins
    Duration timeout;                        ///< of the machine's time, for each run of a test
    scripting::Coverage* coverage = nullptr; ///< counts the lines that its tests run; null: nobody
};

struct TestRun {
    std::optional<Failure> failure;
    std::vector<std::string> lines; ///< what it printed
    Duration time{};                ///< that went by for it
    std::optional<Watchdog::Stop> stopped;
    std::vector<std::string> recorded; ///< by durable functions
    Array results;                     ///< of its calls
};

struct TestList {
    std::optional<Failure> failure;
    std::vector<scripting::DeclaredTest> tests;
};

/// The tests that a file declares.
TestList read_tests(const TestFile& file);

/// Runs one of them, killing the agent once if that is wanted. `stuck` is called when it computes and cannot be ended,
/// and then the program ends.
TestRun run_test(const TestFile& file, std::size_t index, std::optional<Kill> kill,
                 const std::function<void(const Failure&)>& stuck);

/// The same, and again with a kill at every step if the test wants that; the first run that fails, or that comes to
/// something else, counts.
TestRun run_test_fully(const TestFile& file, std::size_t index, bool kill,
                       const std::function<void(const Failure&)>& stuck);

} // namespace forager
