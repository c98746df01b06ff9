// Whether the server answers, as all executors of the agent see it: one line in the log when it goes, and one when it
// is back; of one that comes and goes, no more than that in a minute. On the strand.
#pragma once

#include "core/failure.hpp"
#include "ports/clock.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace forager::colony {

class ServerState {
public:
    struct Words {
        std::function<void(std::string_view message)> info;
        std::function<void(std::string_view message)> warn;
    };

    ServerState(Clock& clock, std::string peer, Words words);

    /// What became of a call. A refusal is an answer, too.
    void answered();
    void heard(const Failure& failure);

    bool away() const { return !trouble_.empty(); }
    const std::string& trouble() const { return trouble_; } ///< why it does not answer; empty: it does
    TimePoint since() const { return since_; }              ///< when it came into this state

private:
    Clock& clock_;
    std::string peer_;
    Words words_;
    std::string trouble_;
    TimePoint since_;
    bool told_ = false; // that it is gone
    std::optional<TimePoint> told_back_;
};

/// Whether a call failed because of the server or the way to it, so that another time may help.
bool is_away(const Failure& failure);

} // namespace forager::colony
