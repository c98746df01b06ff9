// How the results of tests look: for people, and in the forms that other programs read.
#pragma once

#include "cli/test/plan.hpp"

#include <string>
#include <vector>

namespace forager::cli {

/// One file, for people.
std::string text_of(const TestFileResult& file, bool colours);

/// The last words, for people.
std::string summary_of(const std::vector<TestFileResult>& files, const TestPlan& plan, bool colours);

/// Test Anything Protocol, version 14.
std::string tap_of(const std::vector<TestFileResult>& files);

/// JUnit's XML, as CI services read it.
std::string junit_of(const std::vector<TestFileResult>& files);

/// Which lines ran, for people.
std::string coverage_text(const LineCounts& counts);

/// The same in the form of lcov's tracefiles, which other tools read.
std::string lcov_of(const LineCounts& counts);

/// One document.
std::string json_of(const std::vector<TestFileResult>& files, const TestPlan& plan);

} // namespace forager::cli
