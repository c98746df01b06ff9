#include "app/bench/test_run.hpp"

#include "app/bench/bench.hpp"
#include "base/duration.hpp"
#include "io/formats/json.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

struct Nobody final : Observer {
    void state(const Invocation&, State, std::string_view) override {}
    void line(const Invocation&, std::string_view) override {}
};

AppConfig config_of(const TestFile& file, const std::function<void(const Failure&)>& stuck)
{
    AppConfig config;
    config.virtual_time = file.begin;
    config.seed = file.seed;
    config.time_limit = file.timeout;
    config.clean_up = std::chrono::seconds{2};
    config.last_words = stuck;
    return config;
}

asio::awaitable<Outcome> read_and_run(Bench& bench, std::size_t index)
{
    Outcome read = co_await bench.read();
    if (!read)
        co_return read;
    Outcome outcome = co_await bench.run(index);
    co_return outcome;
}

Failure in_real_time(const TestFile& file)
{
    return {Errc::timed_out, "the test did not end within " + to_text(file.timeout) +
                                 " of real time: a loop without end, or a script that waits again and again; "
                                 "--timeout gives it more"};
}

std::string moment_of(const Kill& kill, const std::vector<std::string>& recorded)
{
    return std::string{"killed "} + (kill.before ? "before" : "after") + " '" + recorded[kill.record - 1] +
           "' and resumed: ";
}

// How a run in which the agent was killed differs from the one in which it was not.
std::optional<Failure> difference(const TestRun& undisturbed, const TestRun& killed)
{
    if (killed.failure)
        return killed.failure;
    if (killed.results != undisturbed.results)
        return Failure{Errc::script, "its calls came to " + to_json(Value{killed.results}) + " instead of " +
                                         to_json(Value{undisturbed.results})};
    for (std::size_t i = 0; i < undisturbed.recorded.size(); ++i) {
        if (i >= killed.recorded.size())
            return Failure{Errc::script, "'" + undisturbed.recorded[i] + "' was never done"};
        if (killed.recorded[i] != undisturbed.recorded[i])
            return Failure{Errc::script,
                           "'" + killed.recorded[i] + "' was done where '" + undisturbed.recorded[i] + "' was before"};
    }
    if (killed.recorded.size() > undisturbed.recorded.size())
        return Failure{Errc::script, "'" + killed.recorded[undisturbed.recorded.size()] + "' was done once more"};
    return std::nullopt;
}

} // namespace

TestList read_tests(const TestFile& file)
{
    Nobody nobody;
    App app{config_of(file, {}), nobody};
    Bench bench{app, file.path, std::nullopt, nullptr};
    const Ending ending = app.execute(bench.read());
    TestList list;
    if (!ending.outcome)
        list.failure = ending.outcome.error();
    else if (bench.problem())
        list.failure = bench.problem();
    list.tests = bench.tests();
    return list;
}

TestRun run_test(const TestFile& file, std::size_t index, std::optional<Kill> kill,
                 const std::function<void(const Failure&)>& stuck)
{
    Nobody nobody;
    App app{config_of(file, [&](const Failure&) { stuck(in_real_time(file)); }), nobody};
    Bench bench{app, file.path, kill, file.coverage};
    const Ending ending = app.execute(read_and_run(bench, index));
    TestRun run;
    run.stopped = ending.stopped;
    if (run.stopped && run.stopped->signal == 0)
        run.failure = in_real_time(file);
    else if (bench.problem())
        run.failure = bench.problem();
    else if (!ending.outcome)
        run.failure = ending.outcome.error();
    run.lines = bench.lines();
    run.time = app.now().time_since_epoch();
    run.recorded = bench.ledger().recorded();
    run.results = bench.results();
    return run;
}

TestRun run_test_fully(const TestFile& file, std::size_t index, bool kill,
                       const std::function<void(const Failure&)>& stuck)
{
    TestRun first = run_test(file, index, std::nullopt, stuck);
    if (!kill || first.failure)
        return first;
    if (first.recorded.empty()) {
        first.failure = Failure{Errc::script, "kill: no durable function recorded anything, so there is nowhere to "
                                              "kill it: has it durable = true, and steps?"};
        return first;
    }
    for (std::size_t record = 1; record <= first.recorded.size(); ++record)
        for (const bool before : {true, false}) {
            const Kill when{record, before};
            TestRun run = run_test(file, index, when, stuck);
            auto failure = difference(first, run);
            if (!failure)
                continue;
            failure->message = moment_of(when, first.recorded) + failure->message;
            run.failure = std::move(failure);
            return run;
        }
    return first;
}

} // namespace forager
