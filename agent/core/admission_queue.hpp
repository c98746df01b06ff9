// Whose turn it is: decides, without knowing where entries are kept or who runs them.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace forager {

/// What must be known of an entry to decide when it is its turn.
struct QueueEntry {
    std::string id;
    std::int64_t number = 0; ///< in the order of acceptance
    int priority = 0;        ///< higher goes first
    std::string order_key;   ///< of those with the same one, one is out at a time, in the order of acceptance
    std::optional<WallTime> not_before;
};

class AdmissionQueue {
public:
    void add(QueueEntry entry);

    /// Whether one may begin at `now`.
    bool has_ready(WallTime now);

    /// The next one that may begin at `now`, which is out from then on; nothing when there is none.
    std::optional<QueueEntry> take(WallTime now);

    /// It has ended: the next of its order key may go.
    void done(std::string_view id);

    /// It is out no more, but has not ended: it waits again, at its old place.
    void put_back(std::string_view id);

    /// Takes one out that waits. Returns whether there was one.
    bool remove(std::string_view id);

    bool waits(std::string_view id) const { return waiting_ids_.contains(id); }

    /// When the first of those that wait for a time is due.
    std::optional<WallTime> next_due() const;

    bool is_out(std::string_view id) const { return out_.contains(id); }

    std::size_t waiting() const { return waiting_ids_.size(); }
    std::size_t out() const { return out_.size(); }

private:
    struct Before {
        bool operator()(const QueueEntry& a, const QueueEntry& b) const;
    };
    using Line = std::set<QueueEntry, Before>;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using ById = std::unordered_map<std::string, QueueEntry, Hash, std::equal_to<>>; // there may be 100,000 of them

    void ripen(WallTime now);
    void line_up(QueueEntry entry);
    void let_next(const std::string& order_key);

    Line ready_;                                                       // may go now
    std::multimap<WallTime, QueueEntry> later_;                        // wait for a time
    std::map<std::string, std::map<std::int64_t, QueueEntry>> behind_; // wait for one of their order key
    std::map<std::string, std::string> busy_;                          // order key → who goes or is out
    ById waiting_ids_;
    ById out_;
};

} // namespace forager
