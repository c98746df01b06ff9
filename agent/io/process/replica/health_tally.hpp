// What a row of health checks says of a replica. Used by its keeper. No clock, no I/O.
#pragma once

#include "base/time.hpp"
#include "core/reconcile/deployment.hpp"
#include "io/process/replica/replica_folder.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace forager {

class HealthTally {
public:
    explicit HealthTally(const reconcile::HealthCheck& check) : interval_{check.interval}, retries_{check.retries} {}

    /// One more check, which has ended at `now`; an empty `trouble`: it went well.
    void add(std::string trouble, TimePoint now)
    {
        health_.trouble = std::move(trouble);
        if (health_.trouble.empty()) {
            failures_ = 0;
            health_.ready = true;
            health_.unhealthy = false;
            return;
        }
        if (failures_ == 0)
            first_failure_ = now;
        ++failures_;
        // Also by time: a replica that begins is asked oftener, and must not be given up the sooner for that.
        const bool for_good = failures_ >= retries_ && now - first_failure_ >= (retries_ - 1) * interval_;
        health_.unhealthy = health_.unhealthy || for_good;
        health_.ready = health_.ready && !health_.unhealthy;
    }

    const ReplicaHealth& health() const { return health_; }

    /// Until the next check.
    Duration pause() const
    {
        constexpr Duration while_it_begins = std::chrono::seconds{1};
        const bool begins = !health_.ready && !health_.unhealthy;
        return begins ? std::min(interval_, while_it_begins) : interval_;
    }

private:
    Duration interval_;
    int retries_;
    ReplicaHealth health_;
    int failures_ = 0; // in a row
    TimePoint first_failure_{};
};

} // namespace forager
