// The engine's containers as far as they are known: a list that events bring up to date. No I/O.
#pragma once

#include "sources/monitor/sighting.hpp"

#include <map>
#include <set>
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
    std::vector<std::string> take(const docker::Event& event);

    /// A list is being made: what events say from now on is newer.
    void begin_list() { newer_.clear(); }
    void end_list(const std::vector<Sighting>& list);

    const std::map<std::string, Sighting, std::less<>>& all() const { return by_id_; }

private:
    void put(Sighting sighting);
    void remove(const std::string& id);

    std::map<std::string, Sighting, std::less<>> by_id_;
    std::map<std::string, std::string, std::less<>> ids_; // by name
    std::set<std::string> newer_;                         // ids of which events spoke since
};

} // namespace forager::monitoring
