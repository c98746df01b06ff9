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
    std::optional<WallTime> not_before; ///< until then it is in nobody's way, also not in that of its order key
    std::string function{};
    bool overlaps =
        false; ///< of its order key: begins when those before it have begun; those after it wait for its end
};

class AdmissionQueue {
public:
    /// Whether there is room for another one of a function.
    using Room = std::function<bool(const std::string& function)>;

    void add(QueueEntry entry);

    /// Whether one may begin at `now`.
    bool has_ready(WallTime now, const Room& has_room = everywhere);

    /// The next one that may begin at `now`, which is out from then on; nothing when there is none. Who waits for room
    /// holds up no other function.
    std::optional<QueueEntry> take(WallTime now, const Room& has_room = everywhere);

    /// Has one go out that waits, whether it is its turn or not: it is about to end. Returns whether there was one.
    bool take_out(std::string_view id);

    /// It has ended: the next of its order key may go.
    void done(std::string_view id);

    /// It is out no more, but has not ended: it waits again, at its old place.
    void put_back(std::string_view id);

    bool waits(std::string_view id) const { return waiting_ids_.contains(id); }

    /// When the first of those that wait for a time is due.
    std::optional<WallTime> next_due() const;

    bool is_out(std::string_view id) const { return out_.contains(id); }

    /// Of one that is out.
    int priority_of(std::string_view id) const;

    /// Who is out, or goes next, under this order key; empty: nobody.
    std::string holder_of(const std::string& order_key) const;

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

    static bool everywhere(const std::string&) { return true; }
    void ripen(WallTime now);
    void line_up(QueueEntry entry);
    void make_ready(QueueEntry entry);
    bool take_from_line(const QueueEntry& entry);
    void let_next(const std::string& order_key);
    bool may_overlap(const QueueEntry& entry) const;
    void leave_key(const QueueEntry& entry);
    Line* next_line(const Room& has_room);

    std::map<std::string, Line> ready_;                                // by function: may go when there is room
    std::multimap<WallTime, QueueEntry> later_;                        // wait for a time
    std::map<std::string, std::map<std::int64_t, QueueEntry>> behind_; // wait for one of their order key
    std::map<std::string, std::string> busy_;                          // order key → who goes or is out
    std::map<std::string, std::string> overlapping_;                   // the same, of the one that overlaps with it
    ById waiting_ids_;
    ById out_;
};

} // namespace forager
