// The agent that the scripts under test live in, from its start until it is killed or the test ends: its functions, its
// schedules, and the border of its scripts. What must outlive it is the bench's. On the strand.
#pragma once

#include "app/app.hpp"
#include "app/bench/ledger.hpp"
#include "io/event.hpp"
#include "runtime/task_group.hpp"
#include "scripting/border.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager {

/// A call from the test that goes on in a life.
struct Called {
    explicit Called(const boost::asio::any_io_executor& executor) : news{executor} {}
    std::optional<Outcome> outcome;
    Event news; ///< it has ended, or its life has
};

class Life {
public:
    struct Parts {
        App& app;
        const Registry& below; ///< what every agent has
        Observer& observer;
        Journal& journal; ///< that outlives it
        Ledger& ledger;
        scripting::Coverage* coverage; ///< null: nobody counts
        /// Who answers what reaches the world, asked at `where` of a script.
        std::function<boost::asio::awaitable<Outcome>(scripting::Crossing call, std::string where)> answer;
        /// Who stands in for the function of this name.
        std::function<std::shared_ptr<Handler>(const std::string& function)> stand_in;
        std::function<void(Failure problem)> report; ///< hears how a schedule's run failed
    };

    explicit Life(Parts parts);
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life();

    boost::asio::awaitable<Result<void>> load(std::string path);

    /// See `TestBench::stand_in`; what is loaded later is replaced, too.
    void stand_in(const std::string& function);

    std::shared_ptr<Called> begin(Invocation invocation);
    void cancel(const std::string& id) { (void)work_.cancel(id); }

    /// As SIGKILL would: nothing that runs here reaches anything from now on, and nobody is told.
    void kill();
    bool dead() const { return dead_; }

    /// Ends what still runs, and waits for its end.
    boost::asio::awaitable<void> end();

    /// Whether a call of it goes on after a restart.
    bool resumes(const std::string& function) const;

    const std::vector<std::shared_ptr<scripting::Script>>& scripts() const { return scripts_; }
    Scheduler& scheduler() { return scheduler_; }
    Observer& observer() { return observer_; }

private:
    // What is said by one that is dead, nobody hears.
    class LifeObserver final : public Observer {
    public:
        LifeObserver(const Life& life, Observer& target) : life_{life}, target_{target} {}
        void state(const Invocation& invocation, State state, std::string_view note) override;
        void line(const Invocation& invocation, std::string_view text) override;

    private:
        const Life& life_;
        Observer& target_;
    };

    class LifeBorder final : public scripting::Border {
    public:
        explicit LifeBorder(Life& life) : life_{life} {}
        boost::asio::awaitable<Outcome> answer(scripting::Crossing call) override;

    private:
        Life& life_;
    };

    class LifeJournal final : public Journal {
    public:
        explicit LifeJournal(Life& life) : life_{life} {}
        boost::asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) override;
        boost::asio::awaitable<Result<void>> record(std::string root, std::string invocation,
                                                    JournalEntry entry) override;
        boost::asio::awaitable<Result<std::optional<Value>>>
        take_signal(std::string root, std::string event, std::string invocation, std::string key) override;
        void ended(const std::string& root) override;

    private:
        Life& life_;
    };

    boost::asio::awaitable<Outcome> never();
    boost::asio::awaitable<void> perform(Invocation invocation, std::shared_ptr<Called> called);
    boost::asio::awaitable<void> again_and_again(scripting::Schedule schedule);
    boost::asio::awaitable<void> when_due(scripting::Schedule schedule);
    void follow(const scripting::Script& script);
    void replace(const std::string& function);

    Parts parts_;
    bool dead_ = false;
    Event never_;
    LifeObserver observer_;
    LifeJournal journal_;
    LifeBorder border_;
    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    TaskGroup work_;
    std::set<std::string> stood_in_;
    std::set<std::string> invented_; // of those: no script has declared them
    std::vector<std::weak_ptr<Called>> called_;
    std::vector<std::shared_ptr<scripting::Script>> scripts_;
};

} // namespace forager
