// What goes on without the agent in an engine or a cluster, by where it stands in its function: what is left to be
// claimed, what runs, and results that may be asked for again. One for each engine or cluster, on the strand.
#pragma once

#include "io/process/kept_beside.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>

namespace forager {

class KeptPlaces : public KeptBeside {
public:
    std::set<std::string> roots() const override;
    bool holds(const KeptOf& whose) const override;
    boost::asio::awaitable<void> end(KeptOf whose) override;
    void leave() override { leaving_ = true; }

    /// It runs for this place from now on. `print` tells it from another one at the same place.
    void begin(const Keep& keep, const std::string& print, std::string id);

    /// Its run has ended: whether it stays, since its result may be asked for again, or since it goes on.
    bool stays(const Keep& keep, bool cancelled, bool completed);

protected:
    struct Entry {
        std::string id;
        std::string root;
        std::string invocation;
        std::string part;
        std::string print;
        bool runs = false; ///< somebody waits for it

        Entry() = default;
    };

    /// Tells a place from all others.
    static std::string name_of(const Keep& keep);

    /// One that an agent before has left. False: its place has another one.
    bool take_up(const std::string& name, Entry entry);

    /// What is at this place; a null pointer: nothing.
    const Entry* find(const std::string& name) const;

    /// Removes what is at the place.
    boost::asio::awaitable<void> forget(std::string name);

    virtual boost::asio::awaitable<void> remove(std::string id) = 0;

private:
    static bool fits(const Entry& entry, const KeptOf& whose);

    std::map<std::string, Entry> entries_;
    bool leaving_ = false;
};

} // namespace forager
