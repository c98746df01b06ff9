// Where lent work waits that does not fit into the machine beside what runs: calls of two executors of one agent may be
// answered at the same moment, and each is lent what is left. Part of the colony source; on the strand.
#pragma once

#include "io/event.hpp"
#include "ports/intake.hpp"
#include "sources/colony/desk.hpp"
#include "sources/colony/shares.hpp"

#include <boost/asio/awaitable.hpp>

#include <list>

namespace forager::colony {

class Turns final : private Shares::Listener {
public:
    /// `reporter` hears the outcomes; both must outlive it.
    Turns(Desk& desk, Reporter& reporter);
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;
    ~Turns() { desk_.shares.leave(*this); }

    /// Begins what is held already, at once or when its turn comes.
    void submit(Permit permit, Invocation invocation, int priority);

    /// Looks whose turn it is. What is wanted no more, or whose time is over, ends without having begun. Until it is
    /// cancelled.
    boost::asio::awaitable<void> run();

    /// Ends all that waits: the agent stops.
    void give_up();

    bool empty() const { return waiting_.empty(); }

private:
    struct Waiting {
        Permit permit;
        Invocation invocation;
        int priority;
    };

    void shares_changed() override { changed_.set(); }
    bool has_turn(const Invocation& invocation) const;
    bool is_over(const Invocation& invocation) const;
    void begin_those_in_turn();
    void begin(Waiting one);
    void end(Waiting one);

    Desk& desk_;
    Reporter& reporter_;
    std::list<Waiting> waiting_;
    Event changed_;
};

} // namespace forager::colony
