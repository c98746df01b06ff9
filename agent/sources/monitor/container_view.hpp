// The engine's containers as far as they are known: a list that events bring up to date. No I/O.
#pragma once

#include "base/time.hpp"
#include "sources/monitor/sighting.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forager::monitoring {

/// Whether a word may be the beginning of an id: twelve digits of it at least.
bool is_id(std::string_view word);

/// What stands for an id in an index of names and ids.
inline std::string short_id(std::string_view id)
{
    return std::string{id.substr(0, 12)};
}

class ContainerView {
public:
    /// By its name, its id or the beginning of that; a null pointer: there is none.
    const Sighting* find(const std::string& name) const;

    /// The names under which somebody may look for what has changed; empty: nothing has.
    std::vector<std::string> take(const docker::Event& event, TimePoint now);

    /// Events may have been missed: the next list is newer than all of them.
    void miss_events() { recent_.clear(); }

    /// A list is being made: what events say from now on is newer, and so is what they said a moment ago, for an engine
    /// that is busy tells of a change before its lists have it.
    void begin_list(TimePoint now);

    /// The list, and then once more what the events say that are newer.
    void end_list(const std::vector<Sighting>& list);

    const std::map<std::string, Sighting, std::less<>>& all() const { return by_id_; }

private:
    struct Heard {
        docker::Event event;
        TimePoint when{};
    };

    std::vector<std::string> apply_event(const docker::Event& event);
    void put(Sighting sighting);
    void remove(const std::string& id);

    std::map<std::string, Sighting, std::less<>> by_id_;
    std::map<std::string, std::string, std::less<>> ids_; // by name
    std::deque<Heard> recent_;                            // those that a list may not have yet, in their order
};

} // namespace forager::monitoring
