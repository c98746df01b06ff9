// Runs a replica's health check again and again. Part of its keeper, which polls for it; nothing here waits.
#pragma once

#include "io/process/launch.hpp"
#include "io/process/replica/health_tally.hpp"
#include "io/process/tag.hpp"

#include <optional>
#include <string>
#include <vector>

namespace forager {

class HealthWatch {
public:
    /// `launch`: as the replica was launched; each check has all of it but the command. Must outlive `tags`' use.
    HealthWatch(reconcile::HealthCheck check, LaunchPlan launch, TagSource& tags, TimePoint now);

    /// When it wants to be turned at the latest.
    TimePoint due() const { return due_; }

    /// What to poll; -1: none.
    int ended() const { return running_ ? running_->pidfd.number() : -1; }
    int output() const { return running_ ? running_->out.number() : -1; }

    /// Begins a check, ends one that takes too long, takes what there is of one.
    void turn(TimePoint now);

    const ReplicaHealth& health() const { return tally_.health(); }

private:
    void begin(TimePoint now);
    void read();
    bool collect(TimePoint now);
    void give_up(TimePoint now);
    void settle(std::string trouble, TimePoint now);

    reconcile::HealthCheck check_;
    LaunchPlan launch_;
    TagSource& tags_;
    HealthTally tally_;
    std::optional<Launched> running_;
    TagPattern pattern_;        // of the one that runs
    std::string said_;          // the end of what it has written
    std::vector<pid_t> strays_; // were killed, and have not been collected
    TimePoint due_;
};

} // namespace forager
