// When to try again: exponential back-off with full jitter, and what is worth another try.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace forager {

/// Pauses that grow: each is drawn uniformly from 0 to `base`, 2·`base`, 4·`base` … and at most `cap`.
class Backoff {
public:
    explicit Backoff(Duration base = std::chrono::seconds{1}, Duration cap = std::chrono::seconds{60});

    /// The next pause; `chance` is a random number.
    Duration next(std::uint64_t chance);

    void reset() { ceiling_ = base_; }

private:
    Duration base_;
    Duration cap_;
    Duration ceiling_;
};

/// What follows the failures of one invocation.
class RetryPlan {
public:
    /// `done`: tries that have failed already.
    explicit RetryPlan(std::size_t retries, std::size_t done = 0, Backoff backoff = Backoff{});

    /// The pause before the next try, or nothing when this failure is the last word.
    std::optional<Duration> pause_after(const Failure& failure, std::uint64_t chance);

    std::size_t tries() const { return done_ + 1; }         ///< begun so far
    std::size_t most_tries() const { return retries_ + 1; } ///< the first and all retries

private:
    std::size_t retries_;
    std::size_t done_;
    Backoff backoff_;
};

/// Whether the same call could end otherwise another time.
bool worth_retrying(const Failure& failure);

} // namespace forager
