// Learns how far the server's clock is from this one before any time limit hangs on it: a call that the server answers
// at once, and of which it says when it heard it. Without that, the first late answer after a start would move a limit
// by its delay. Part of the colony source. Fact: Colonies v1.9.12 notes the time of each assign with the executor.
#pragma once

#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace forager::colony {

class ServerTime {
public:
    explicit ServerTime(Desk& desk) : desk_{desk} {}

    /// Whether too little is known of the clock, and it was not asked for lately.
    bool is_due() const;

    /// Failures: those of the calls; the executor must be enrolled. A slow server, and one that does not say when it
    /// heard something, are none.
    boost::asio::awaitable<Result<void>> learn();

private:
    boost::asio::awaitable<Result<bool>> ask();

    Desk& desk_;
    std::optional<TimePoint> learned_;
};

} // namespace forager::colony
