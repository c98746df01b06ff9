// Runs the tests of one file: the file's own state, the agent that its scripts live in, and what the two say to each
// other. One for each test, so that none knows of another. On the strand.
#pragma once

#include "app/app.hpp"
#include "app/bench/ledger.hpp"
#include "app/bench/life.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripting/border.hpp"
#include "scripting/test_bench.hpp"
#include "store/memory.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager {

class Bench final : public scripting::TestBench {
public:
    /// `app` has virtual time. `coverage`: null, or who counts the lines that run.
    Bench(App& app, std::string file, std::optional<Kill> kill, scripting::Coverage* coverage);
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
    ~Bench() override;

    /// Reads the file, and what it declares. Failures: with `declaration` when it does not load.
    boost::asio::awaitable<Outcome> read();

    /// Runs one of its tests. Nothing of it is left when this returns or throws.
    boost::asio::awaitable<Outcome> run(std::size_t index);

    const std::vector<scripting::DeclaredTest>& tests() const { return tests_; }
    const std::optional<Failure>& problem() const { return problem_; }
    const Array& results() const { return results_; } ///< of the calls that the test made
    const Ledger& ledger() const { return ledger_; }

    Result<void> declare(scripting::DeclaredTest test) override;
    void answer_with(int function) override { answer_ = function; }
    void stand_in(const std::string& function) override;
    boost::asio::awaitable<Outcome> load(std::string path) override;
    boost::asio::awaitable<Outcome> call(std::string function, std::vector<Value> args) override;
    boost::asio::awaitable<Outcome> advance(Duration time) override;
    boost::asio::awaitable<Outcome> happen(std::string event, Value payload) override;
    boost::asio::awaitable<Outcome> restart() override;
    void complain(Failure problem) override;
    std::vector<std::string> lines() const override { return observer_.lines; }

private:
    struct Lines final : Observer {
        void state(const Invocation&, State, std::string_view) override {}
        void line(const Invocation&, std::string_view text) override;
        std::vector<std::string> lines;
    };

    // The file's own calls reach the world no more than those of its scripts.
    class OwnBorder final : public scripting::Border {
    public:
        explicit OwnBorder(Bench& bench) : bench_{bench} {}
        boost::asio::awaitable<Outcome> answer(scripting::Crossing call) override;

    private:
        Bench& bench_;
    };

    class StandIn final : public Handler {
    public:
        StandIn(Bench& bench, std::string function) : bench_{bench}, function_{std::move(function)} {}
        boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                            Observer& observer) override;

    private:
        Bench& bench_;
        std::string function_;
    };

    // What the file's function said.
    struct Said {
        bool world = false;
        Outputs outputs;
        Array lines;
    };

    void replace_builtins();
    std::shared_ptr<Life> new_life();
    boost::asio::awaitable<Result<Said>> say(std::string name, Array args, std::string where, Value stub);
    boost::asio::awaitable<Outcome> answer(scripting::Crossing call, std::string where);
    boost::asio::awaitable<Outcome> answer_call(std::string function, Array args);
    boost::asio::awaitable<void> tell(const scripting::Request& request, Array lines);
    boost::asio::awaitable<Outcome> call_to_its_end(Invocation invocation);
    boost::asio::awaitable<Outcome> done_within(std::shared_ptr<Life> life, Invocation invocation);
    boost::asio::awaitable<Result<void>> reload();
    boost::asio::awaitable<void> end();

    App& app_;
    std::string file_;
    Ledger ledger_;
    scripting::Coverage* coverage_;
    Lines observer_;
    store::MemoryJournal journal_;
    OwnBorder border_{*this};
    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    std::shared_ptr<scripting::Script> script_;
    Invocation asking_; // in whose name the file is asked for answers
    int answer_ = 0;
    std::vector<scripting::DeclaredTest> tests_;
    std::vector<std::string> loaded_; // paths
    std::set<std::string> stood_in_;
    std::vector<std::shared_ptr<Life>> lives_; // the last one is alive
    std::vector<Failure> failed_;              // of schedules
    std::optional<Failure> problem_;
    Array results_;
};

} // namespace forager
