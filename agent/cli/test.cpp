// forager test: the tests of scripts, where nothing reaches the world and time takes none.
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/test/plan.hpp"
#include "cli/test/reports.hpp"
#include "cli/test/workers.hpp"
#include "io/entropy.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>
#include <unistd.h>

namespace forager::cli {

namespace {

struct TestOptions {
    Common common;
    std::vector<std::string> paths;
    std::string filter;
    std::string begin = "2026-01-05"; // a Monday
    std::optional<std::uint64_t> seed;
    std::optional<std::chrono::nanoseconds> timeout;
    std::size_t jobs = 0; // one for each core
    bool tap = false;
    std::string junit;
    bool coverage = false;
    std::string lcov;
};

std::uint64_t fresh_seed()
{
    constexpr std::uint64_t short_ones = 1'000'000'000; // people type them
    return SystemRandom{}.next() % short_ones;
}

Result<TestPlan> plan_of(const TestOptions& options)
{
    TestPlan plan;
    auto files = find_tests(options.paths.empty() ? std::vector<std::string>{"."} : options.paths);
    if (!files)
        return files.error();
    if (files->empty())
        return Failure{Errc::not_found, "there are no tests here: they are in files named *_test.lua"};
    const auto begin = read_moment(options.begin);
    if (!begin)
        return begin.error();
    plan.files = std::move(*files);
    plan.begin = *begin;
    plan.filter = options.filter;
    plan.coverage = options.coverage || !options.lcov.empty();
    plan.seed = options.seed.value_or(fresh_seed());
    plan.timeout = options.timeout.value_or(std::chrono::seconds{10});
    plan.jobs = options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
    return plan;
}

bool shows_colours()
{
    const char* unwanted = std::getenv("NO_COLOR");
    return ::isatty(STDOUT_FILENO) == 1 && (unwanted == nullptr || *unwanted == '\0');
}

bool write_file(const std::string& path, const std::string& text)
{
    std::ofstream file{path, std::ios::binary};
    file << text;
    file.close();
    return static_cast<bool>(file);
}

int status_of(const TestOutcome& outcome)
{
    if (outcome.signal != 0)
        return Watchdog::exit_code({outcome.signal});
    const TestCounts counts = counts_of(outcome.files);
    if (counts.problems > 0)
        return Exit::usage;
    return counts.failed > 0 ? Exit::failed : Exit::done;
}

Failure nothing_fits(const TestPlan& plan)
{
    return {Errc::not_found, "no test's name holds '" + plan.filter + "'"};
}

int test(const TestOptions& options)
{
    const auto plan = plan_of(options);
    if (!plan) {
        print_failure(plan.error(), options.common);
        return Exit::usage;
    }
    const bool for_people = !options.common.json && !options.tap;
    const bool colours = shows_colours();
    const TestOutcome outcome = run_tests(*plan, [&](const TestFileResult& file) {
        if (for_people && !(file.tests.empty() && file.problems.empty()))
            write_out_meanwhile(text_of(file, colours));
    });
    if (!options.junit.empty() && !write_file(options.junit, junit_of(outcome.files)))
        return print_failure({Errc::refused, "cannot write '" + options.junit + "'"}, options.common);
    if (!options.lcov.empty() && !write_file(options.lcov, lcov_of(outcome.counts)))
        return print_failure({Errc::refused, "cannot write '" + options.lcov + "'"}, options.common);
    const TestCounts counts = counts_of(outcome.files);
    if (outcome.signal == 0 && counts.passed + counts.failed + counts.skipped + counts.problems == 0)
        return print_failure(nothing_fits(*plan), options.common);
    if (for_people && options.coverage)
        write_out_meanwhile(coverage_text(outcome.counts));
    write_out(options.common.json ? json_of(outcome.files, *plan)
              : options.tap       ? tap_of(outcome.files)
                                  : summary_of(outcome.files, *plan, colours));
    return status_of(outcome);
}

} // namespace

void add_test(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<TestOptions>();
    CLI::App* command = add_command(
        program, "test", "Run the tests of scripts: nothing reaches the world, time takes none", options->common);
    add_operands(*command, "PATH", options->paths, "Files of tests, and folders that hold files named *_test.lua");
    command->add_option("--filter", options->filter, "Only tests whose names hold this")->type_name("TEXT");
    command->add_option("--seed", options->seed, "Of all chance: repeats a run")->type_name("N");
    command->add_option("--at", options->begin, "When the calendar of a test begins, in UTC")->type_name("MOMENT");
    add_duration(*command, "--timeout", options->timeout, "What one test may take of the machine's time; default 10 s");
    command->add_option("--jobs", options->jobs, "Files at once; default: as many as there are cores")->type_name("N");
    command->add_flag("--tap", options->tap, "Print what the Test Anything Protocol says");
    command->add_option("--junit", options->junit, "Write JUnit's XML, too")->type_name("FILE");
    command->add_flag("--coverage", options->coverage, "Say which lines of the scripts did not run");
    command->add_option("--lcov", options->lcov, "Write which lines ran as a tracefile of lcov")->type_name("FILE");
    command->callback([options, &chosen] { chosen = [options] { return test(*options); }; });
}

} // namespace forager::cli
