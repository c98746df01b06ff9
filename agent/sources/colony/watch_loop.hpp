// Notices what the colony decides about work that runs here, which the server does not tell: a cancellation, the
// failure of its workflow, that it was given to somebody else; and keeps a busy executor alive. Part of the colony
// source.
#pragma once

#include "clients/colonies/types/states.hpp"
#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace forager::colony {

class WatchLoop {
public:
    explicit WatchLoop(Desk& desk) : desk_{desk} {}

    /// Until it is cancelled.
    boost::asio::awaitable<void> run();

private:
    boost::asio::awaitable<void> something_runs();
    boost::asio::awaitable<Result<void>> look();
    boost::asio::awaitable<Result<void>> look_at_ended(colonies::ProcessState state);
    boost::asio::awaitable<Result<void>> verify_oldest();
    boost::asio::awaitable<void> show_life();
    void heard(const Failure& failure);
    bool is_older(Duration age) const;
    bool any_in_graph() const;

    Desk& desk_;
    std::map<colonies::ProcessState, std::set<std::string>> seen_; // the newest of each at the last look
};

} // namespace forager::colony
