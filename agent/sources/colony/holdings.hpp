// What one executor holds of its colony's work, from the assignment until the colony has heard the outcome. Part of the
// colony source; on the strand.
#pragma once

#include "core/outcome.hpp"
#include "sources/colony/lease.hpp"
#include "sources/colony/shares.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace forager::colony {

struct Held {
    Lease lease;
    TimePoint begun{};              ///< by the server's word
    TimePoint verified{};           ///< when the server said last that it is ours
    std::string dismissed;          ///< why the colony does not want to hear of it any more; empty: it does
    std::optional<Outcome> outcome; ///< once it has ended
    int priority = 0;               ///< of those that wait for the same function, the higher first
    std::uint64_t share = 0;        ///< of the machine, while it runs
    std::size_t refusals = 0;       ///< how often the server did not take the outcome for a reason that is not known
};

class Holdings {
public:
    /// What those that run have asked for is taken from `shares`, which must outlive it.
    explicit Holdings(Shares& shares) : shares_{&shares} {}

    Held& add(const std::string& id, Held held);
    Held* find(std::string_view id);
    void remove(std::string_view id);

    /// Its outcome waits to be told.
    void finish(const std::string& id, Outcome outcome);

    /// The next one that has something to tell, the oldest first; it is the caller's until it is removed or put back.
    std::optional<std::string> take_finished();
    bool has_finished() const { return !finished_.empty(); }
    void put_back(const std::string& id);

    std::size_t running() const { return running_; }
    std::size_t untold() const { return all_.size() - running_; }
    bool empty() const { return all_.empty(); }

    const std::map<std::string, Held, std::less<>>& all() const { return all_; }

private:
    void leave(const Held& held);

    Shares* shares_; // never null
    std::map<std::string, Held, std::less<>> all_;
    std::deque<std::string> finished_;
    std::size_t running_ = 0;
};

} // namespace forager::colony
