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
    std::string outcome; ///< sealed; empty: it has not ended
};

class Ledger {
public:
    using IsOut = std::function<bool(const std::string& id)>;

    // The store, when a life begins and at the end.
    void found(const std::vector<Found>& invocations, TimePoint now);
    void found_steps(const std::map<std::pair<std::string, std::string>, std::string>& steps);

    // What clients are told.
    void accepted(const Submission& submission, const std::string& id, TimePoint now);
    void will_be_retried(const std::string& id) { retried_.insert(id); }
    void told(const std::string& id, const Outcome& outcome);

    // What the work does.
    void begins(const Invocation& invocation, TimePoint now, const IsOut& is_out);
    void ends(const Invocation& invocation);
    void step_begins(const std::string& id, const std::string& name);
    void step_did(const std::string& id, const std::string& name, std::int64_t drawn);
    void step_returned(const std::string& id, const std::string& name) { returned_.insert({id, name}); }

    /// The agent is gone, and all that ran with it.
    void life_is_over()
    {
        running_.clear();
        running_keys_.clear();
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
        bool delayed = false;
        std::int64_t number = 0; // in the order of acceptance
        TimePoint since{};
        bool ended = false;
    };

    void know(const std::string& id, Known known);
    void check_order(const Invocation& invocation);
    void check_priority(const Invocation& invocation, TimePoint now, const IsOut& is_out);
    void check_result(const Found& one);

    std::map<std::string, Known> known_;
    std::set<std::string> accepted_, retried_, failed_;
    std::map<std::string, std::string> told_; // sealed outcomes
    std::map<std::string, std::string> ids_;  // by idempotency key
    std::map<std::pair<std::string, std::string>, std::string> steps_;
    std::map<std::pair<std::string, std::string>, std::int64_t> drawn_;
    std::set<std::pair<std::string, std::string>> returned_; // steps after which their functions went on
    std::set<std::string> running_, running_keys_;
    std::int64_t last_number_ = 0;
};

} // namespace forager::test
