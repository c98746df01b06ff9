#include "cli/test/events.hpp"

#include "app/bench/test_run.hpp"
#include "io/formats/json.hpp"
#include "scripting/coverage.hpp"

#include <cerrno>
#include <chrono>
#include <unistd.h>
#include <utility>

namespace forager::cli {

namespace {

Object data_of(const TestResult& result)
{
    Array lines{result.lines.begin(), result.lines.end()};
    return {{"name", result.name},
            {"where", result.where},
            {"state", static_cast<int>(result.state)},
            {"failure", to_data(result.failure)},
            {"lines", std::move(lines)},
            {"seconds", result.seconds}};
}

TestResult result_in(const Object& data)
{
    TestResult result;
    result.name = part<std::string>(data, "name");
    result.where = part<std::string>(data, "where");
    result.state = static_cast<TestState>(part<std::int64_t>(data, "state"));
    result.failure = failure_from_data(part<Object>(data, "failure"));
    result.seconds = part<double>(data, "seconds");
    for (const Array lines = part<Array>(data, "lines"); const Value& line : lines)
        if (const auto* text = line.get<std::string>())
            result.lines.push_back(*text);
    return result;
}

// [LINE, COUNT, LINE, COUNT, …] of each file.
Object data_of(const LineCounts& counts)
{
    Object data;
    for (const auto& [path, lines] : counts) {
        Array flat;
        for (const auto& [line, count] : lines) {
            flat.emplace_back(line);
            flat.emplace_back(count);
        }
        data.append(path, std::move(flat));
    }
    return data;
}

std::int64_t whole(const Value& value)
{
    const auto* number = value.get<std::int64_t>();
    return number == nullptr ? 0 : *number;
}

LineCounts counts_in(const Object& data)
{
    LineCounts counts;
    for (const Member& file : data) {
        const auto* flat = file.value.get<Array>();
        for (std::size_t i = 0; flat != nullptr && i + 1 < flat->size(); i += 2)
            counts[file.name][static_cast<int>(whole((*flat)[i]))] = static_cast<std::uint64_t>(whole((*flat)[i + 1]));
    }
    return counts;
}

// Tests are not what is tested.
LineCounts counts_of(const scripting::Coverage& coverage)
{
    LineCounts counts;
    for (const auto& [path, lines] : coverage.files())
        if (!path.ends_with("_test.lua"))
            counts.emplace(path, lines);
    return counts;
}

class Teller {
public:
    explicit Teller(int pipe) : pipe_{pipe} {}

    void tell(const TestEvent& event) const
    {
        const std::string line = to_line(event) + "\n";
        std::string_view left = line;
        while (!left.empty()) {
            const ssize_t written = ::write(pipe_, left.data(), left.size());
            if (written < 0 && errno != EINTR)
                ::_exit(1); // the parent is gone
            if (written > 0)
                left.remove_prefix(static_cast<std::size_t>(written));
        }
    }

private:
    int pipe_;
};

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point begin)
{
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

TestResult result_of(const scripting::DeclaredTest& test)
{
    TestResult result;
    result.name = test.name;
    result.where = test.where;
    return result;
}

void fail(TestResult& result, Failure failure)
{
    result.state = TestState::failed;
    result.failure = std::move(failure);
}

} // namespace

std::string to_line(const TestEvent& event)
{
    return to_json(Value{Object{{"kind", static_cast<int>(event.kind)},
                                {"index", event.index},
                                {"result", data_of(event.result)},
                                {"failure", to_data(event.failure)},
                                {"counts", data_of(event.counts)}}});
}

TestEvent read_event(std::string_view line)
{
    const auto document = parse_json(line, deepest_nesting + 8);
    const auto* data = document ? document->get<Object>() : nullptr;
    TestEvent event;
    if (data == nullptr) { // a child that writes half a line and dies
        event.kind = TestEvent::Kind::problem;
        event.failure = {Errc::script, "what the tests came to cannot be read"};
        return event;
    }
    event.kind = static_cast<TestEvent::Kind>(part<std::int64_t>(*data, "kind"));
    event.index = static_cast<std::size_t>(part<std::int64_t>(*data, "index"));
    event.result = result_in(part<Object>(*data, "result"));
    event.failure = failure_from_data(part<Object>(*data, "failure"));
    event.counts = counts_in(part<Object>(*data, "counts"));
    return event;
}

int serve_tests(const TestPlan& plan, const std::string& path, std::size_t first, int pipe)
{
    const Teller teller{pipe};
    scripting::Coverage coverage;
    const TestFile file{path, plan.seed, plan.begin, plan.timeout, plan.coverage ? &coverage : nullptr};
    const TestList list = read_tests(file);
    if (list.failure) {
        teller.tell({TestEvent::Kind::problem, 0, {}, *list.failure, {}});
        return 0;
    }
    for (std::size_t i = first; i < list.tests.size(); ++i) {
        const scripting::DeclaredTest& test = list.tests[i];
        if (test.name.find(plan.filter) == std::string::npos)
            continue;
        TestResult result = result_of(test);
        teller.tell({TestEvent::Kind::begins, i, result, {}, {}});
        if (!test.skip.empty()) {
            result.state = TestState::skipped;
            result.failure.message = test.skip;
            teller.tell({TestEvent::Kind::ended, i, std::move(result), {}, {}});
            continue;
        }
        const auto begin = SteadyClock::now();
        const auto stuck = [&](const Failure& failure) {
            result.seconds = seconds_since(begin);
            fail(result, failure);
            teller.tell({TestEvent::Kind::ended, i, result, {}, {}});
        };
        TestRun run = run_test_fully(file, i, test.kill, stuck);
        if (run.stopped && run.stopped->signal != 0)
            return Watchdog::exit_code(*run.stopped);
        result.seconds = seconds_since(begin);
        result.lines = std::move(run.lines);
        if (run.failure)
            fail(result, std::move(*run.failure));
        teller.tell({TestEvent::Kind::ended, i, std::move(result), {}, {}});
    }
    if (plan.coverage)
        teller.tell({TestEvent::Kind::coverage, 0, {}, {}, counts_of(coverage)});
    teller.tell({TestEvent::Kind::done, 0, {}, {}, {}});
    return 0;
}

} // namespace forager::cli
