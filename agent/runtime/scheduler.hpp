// Runs invocations: finds the function, checks the arguments, keeps limits, deadlines and retries, and makes the one
// outcome. One for the agent, used on the strand. Must be drained before it is destroyed, or outlive the loop.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "core/retry.hpp"
#include "ports/clock.hpp"
#include "ports/handler.hpp"
#include "ports/intake.hpp"
#include "ports/journal.hpp"
#include "ports/observer.hpp"
#include "runtime/function_limits.hpp"
#include "runtime/registry.hpp"
#include "runtime/running_list.hpp"
#include "runtime/semaphore.hpp"
#include "runtime/task_group.hpp"
#include "runtime/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager {

struct SchedulerConfig {
    std::size_t concurrency = 1000;            ///< submitted invocations at once
    std::size_t depth = 100;                   ///< calls inside calls
    Duration grace = std::chrono::seconds{10}; ///< for what still runs when the agent stops
    bool operator==(const SchedulerConfig&) const = default;
};

class Scheduler final : public Intake {
public:
    /// All that is passed must outlive it.
    Scheduler(boost::asio::any_io_executor executor, const Registry& registry, Clock& clock, Random& random,
              Observer& observer, SchedulerConfig config = {});

    /// Runs one invocation as a part of the caller and comes back with its outcome: what is called by something that
    /// runs already needs no permit. Throws `operation_aborted` when the caller is cancelled, after the work is gone.
    boost::asio::awaitable<Outcome> call(Invocation invocation);
    boost::asio::awaitable<Outcome> call(Invocation invocation, Observer& observer);

    /// The same for a function that the caller has, whatever the registry has by its name now; null: that one.
    boost::asio::awaitable<Outcome> call(Invocation invocation, Observer& observer, Registry::EntryPtr known);

    boost::asio::awaitable<Permit> permit() override { return admission_.permit(); }
    std::optional<Permit> permit_now() override { return admission_.permit_now(); }
    using Intake::submit;
    void submit(Permit permit, Invocation invocation, Reporter& reporter, int priority) override;
    std::size_t room_for(const std::string& function) const override;
    void on_room(std::function<void()> tell) override { limits_.on_room(std::move(tell)); }
    std::size_t crowd() const override { return crowded().size(); }

    /// Asks a submitted invocation to end. Returns whether there is one of this id.
    bool cancel(std::string_view id) { return submitted_.cancel(id); }

    /// The running invocation sleeps from now on, for as long as the result lives; meanwhile its permit is free for
    /// others, and so are its place and its callers' among those of their functions. `wake` waits for them again.
    class Rest;
    Rest rest(const Invocation& invocation, const std::string& note);
    boost::asio::awaitable<void> wake(Rest rest);

    /// Says a word about one that runs.
    void note(const Invocation& invocation, std::string_view words);

    /// From now on `tell` is called whenever less may run: something submitted has ended or sleeps, or the last permit
    /// was given back; nothing: nobody is. One who listens.
    void on_less(std::function<void()> tell);

    /// How many permits are held: by the submitted ones that do not sleep, and by sources that ask for work.
    std::size_t busy() const { return admission_.held(); }

    /// The submitted ones that sleep.
    std::vector<std::string> asleep() const;

    /// The submitted ones that wait for a place of a function.
    std::vector<std::string> crowded() const;

    /// Everything that runs, also what was called by something else.
    std::vector<RunningInvocation> list() const { return running_.list(); }

    /// Refuses new submissions, waits for the submitted ones up to the grace period, cancels the rest, and returns when
    /// all are gone and their outcomes told. When it is cancelled the grace period is over.
    boost::asio::awaitable<void> drain(Duration grace);
    boost::asio::awaitable<void> drain() { return drain(config_.grace); }

    std::string fresh_id();

    /// What is called here belongs to what was submitted there, whose permits it leaves and takes; `submitter` must
    /// outlive it.
    void calls_for(Scheduler& submitter) { submitter_ = &submitter; }

    /// From now on this journal hears of the end of what nobody resumes; it must outlive the scheduler's work.
    void keep_in(Journal& journal) { journal_ = &journal; }

    /// Whether no more is taken: what is cancelled then and goes on after the next start has not ended.
    bool stopping() const { return submitter().stopping_; }

    Clock& clock() { return clock_; }
    Random& random() { return random_; }
    Observer& observer() const { return observer_; } ///< of what is called without one of its own
    const Registry& registry() const { return registry_; }
    boost::asio::any_io_executor executor() const { return executor_; }

private:
    using Progress = RunningList::Progress;
    struct Work;
    class Ending;

    // A permit that is free for others while somebody below it sleeps, or waits for a place of its function.
    struct Place {
        Permit permit;
        bool held = true; // or waited for
        std::size_t resting = 0;
        std::size_t crowded = 0;
        int priority = 0;
        std::optional<Permit> first; // of its function, for the first try

        explicit Place(Permit permit) : permit{std::move(permit)} {}
        void rest();
        void stir();
        void step_aside();
        void step_back() { --crowded; }
        bool is_wanted() const { return !held && resting + crowded == 0; }

    private:
        void leave();
    };
    class Aside;

    // The place of one try among those of its function.
    class Seat {
    public:
        Seat(Scheduler& scheduler, const Function& function, const Invocation& invocation, Permit permit);
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;
        ~Seat();

        const Function& function;
        const Invocation& invocation;
        Place place;

    private:
        Scheduler& scheduler_;
    };

    Scheduler& submitter() const { return *submitter_; }
    boost::asio::awaitable<void> serve(Place place, Ticket ticket, Registry::EntryPtr entry);
    boost::asio::awaitable<Outcome> settle(Progress& progress, Invocation& invocation, Registry::EntryPtr known);
    boost::asio::awaitable<Outcome> try_again_and_again(Work& work);
    boost::asio::awaitable<Outcome> try_once(Work& work);
    boost::asio::awaitable<Outcome> try_within_limit(Work& work);
    boost::asio::awaitable<Result<Permit>> permit_for(const Function& function, const Invocation& invocation);
    boost::asio::awaitable<Result<Permit>> wait_aside(const Function& function, const Invocation& invocation);
    Place* place_of(const Invocation& invocation);
    boost::asio::awaitable<void> take_place(const Invocation& invocation);
    boost::asio::awaitable<void> sit_down_again(const std::string& id);
    void less_runs() const;
    bool before_deadline(const Invocation& invocation, Duration pause) const;

    boost::asio::any_io_executor executor_;
    const Registry& registry_;
    Clock& clock_;
    Random& random_;
    Observer& observer_;
    SchedulerConfig config_;
    RunningList running_;
    FunctionLimits limits_;
    Semaphore admission_;
    Journal* journal_ = nullptr;           // null: nothing is recorded
    std::map<std::string, Place> present_; // of the submitted ones: their permits
    std::map<std::string, Seat*> seats_;   // of those whose function has a concurrency
    TaskGroup submitted_;
    TaskGroup reports_;
    std::function<void()> less_;
    bool stopping_ = false;
    Scheduler* submitter_ = this;
};

/// One sleep of one invocation. Part of the scheduler's interface; must not outlive it.
class Scheduler::Rest {
public:
    Rest(Scheduler& scheduler, const Invocation& invocation);
    Rest(Rest&& other) noexcept : scheduler_{std::exchange(other.scheduler_, nullptr)}, invocation_{other.invocation_}
    {
    }
    Rest& operator=(Rest&&) = delete;
    ~Rest();

private:
    friend class Scheduler;
    void for_each_place(const std::function<void(Place&)>& change) const;

    Scheduler* scheduler_;
    const Invocation& invocation_;
};

} // namespace forager
