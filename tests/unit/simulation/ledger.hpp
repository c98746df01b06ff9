// What was told to clients and what the work did, over all lives of a simulated agent: holds them against each other
// and against what is found in the store, and keeps a sentence for each promise that was broken.
#pragma once

#include "core/outcome.hpp"
#include "ports/queue.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::test {

/// One invocation as the store has it.
struct Found {
    std::string id;
    std::string function;
    std::string idempotency_key;
    std::string order_key;
    int priority = 0;
    std::optional<WallTime> not_before;
    bool ended = false;
    std::string outcome; ///< sealed; empty: there is none
    std::string note;    ///< why it is where it is
};

/// What failures of the simulated work say.
constexpr std::string_view unlucky = "unlucky";

class Ledger {
public:
    using IsOut = std::function<bool(const std::string& id)>;

    /// When something begins, and what the calendar's clock has shown in this life whenever it was then set.
    struct Moment {
        TimePoint now;
        WallTime wall;
        std::vector<std::pair<TimePoint, WallTime>> settings;

        WallTime latest_wall(TimePoint since) const;
    };

    // The store, when a life begins and at the end.
    void found(const std::vector<Found>& invocations, TimePoint now);
    void found_steps(const std::map<std::pair<std::string, std::string>, std::string>& steps);

    // What clients are told.
    void accepted(const Submission& submission, const Accepted& accepted, TimePoint now);
    void will_be_retried(const std::string& id);
    void told(const std::string& id, const Outcome& outcome);

    // A cancellation: of what runs, or of what waits; that one is under way until it has left.
    void cancels(const std::string& id);
    void leaves(const std::string& id);
    void has_left(const std::string& id);

    /// It was acknowledged: no life begins it from now on, until somebody retries it.
    void cancelled(const std::string& id) { acknowledged_.insert(id); }

    /// The value of a signal that is about to be sent to this invocation: nobody else's.
    std::int64_t signal_for(const std::string& id);

    // What the work does.
    void begins(const Invocation& invocation, const Moment& moment, const IsOut& is_out);
    void ends(const Invocation& invocation);
    void step_begins(const std::string& id, const std::string& name);
    void step_failed(const std::string& root) { ++failures_[root]; }
    void step_did(const std::string& id, const std::string& name, std::int64_t drawn);
    void step_returned(const std::string& id, const std::string& name) { returned_.insert({id, name}); }
    void saw(const std::string& id, const std::string& what, const Value& value);
    void heard(const std::string& id, const std::string& wait, const Value& signal);

    /// The agent is gone, and all that ran with it.
    void life_is_over()
    {
        running_.clear();
        running_keys_.clear();
        leaving_.clear();
        cancelled_now_.clear();
    }

    /// All is over: nothing is open but what is to wait for a later time, and each result is what its steps drew last.
    void close(const std::vector<Found>& invocations, WallTime now);

    /// What has not ended, as far as a client can know.
    std::vector<std::string> open() const;
    std::vector<std::string> failed() const { return {failed_.begin(), failed_.end()}; }

    void expect(bool kept, const std::string& promise);

    std::vector<std::string> broken;
    std::uint64_t effects = 0;

private:
    struct Known {
        std::string function;
        std::string order_key;
        int priority = 0;
        std::optional<WallTime> not_before;
        TimePoint since{};
        bool ended = false;
        std::int64_t number = 0; // in the order of acceptance
    };
    using Place = std::pair<std::string, std::string>; // an invocation, and something in it

    void know(const std::string& id, Known known);
    static bool could_have_room(const Known& other, const Known& mine);
    void check_order(const Invocation& invocation);
    void check_priority(const Invocation& invocation, TimePoint now, const IsOut& is_out);
    void check_failure(const std::string& id, const Failure& failure);
    void check_result(const Found& one);

    std::map<std::string, Known> known_;
    std::set<std::string> accepted_, retried_, failed_;
    std::set<std::string> cancelled_;         // that somebody asked to
    std::set<std::string> cancelled_now_;     // in this life
    std::set<std::string> acknowledged_;      // in any
    std::multiset<std::string> leaving_;      // from the queue: one for each who asked
    std::map<std::string, std::string> told_; // sealed outcomes
    std::map<std::string, std::string> ids_;  // by idempotency key
    std::map<Place, std::string> steps_;
    std::map<Place, std::int64_t> drawn_;
    std::set<Place> returned_; // steps after which their functions went on
    std::map<Place, Value> seen_;
    std::vector<std::string> sent_to_; // whom each signal was sent to
    std::map<std::int64_t, Place> heard_;
    std::map<std::string, std::size_t> failures_; // of steps, by root
    std::set<std::string> running_, running_keys_;
    std::int64_t last_number_ = 0;
};

} // namespace forager::test
