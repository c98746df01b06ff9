// What durable functions record in one run of a test, and when the agent is killed in it. Plain data, on the strand.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// At which of the pieces of work that are recorded in a run the agent is killed.
struct Kill {
    std::size_t record = 0; ///< counted from 1
    bool before = false;    ///< before its work begins; else right after it was recorded
};

class Ledger {
public:
    explicit Ledger(std::optional<Kill> kill) : kill_{kill} {}

    /// Whether the agent is to be killed now that the work of the next record begins, or has been done without asking
    /// the world for anything. Says so once.
    bool kills_before_next()
    {
        const bool now = kill_ && kill_->before && recorded_.size() + 1 == kill_->record;
        if (now)
            kill_.reset();
        return now;
    }

    /// Notes a record. Whether the agent is to be killed now that it is safe.
    bool note(std::string key)
    {
        recorded_.push_back(std::move(key));
        return kill_ && !kill_->before && recorded_.size() == kill_->record;
    }

    const std::vector<std::string>& recorded() const { return recorded_; }

private:
    std::optional<Kill> kill_;
    std::vector<std::string> recorded_;
};

} // namespace forager
