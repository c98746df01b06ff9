// What the agent must know of a process that a colony has lent it: whose it is, and until when. It is kept with the
// work, so that another run of the agent can go on. Facts: Colonies v1.9.12, docs/colony.md.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/types/process.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace forager::colony {

struct Lease {
    std::string executor;          ///< the id of the one to whom it was lent
    std::string graph;             ///< of its workflow; empty: it is in none
    std::int64_t retries = 0;      ///< how often the server has taken it away before: tells one lease from the next
    std::int64_t most_retries = 0; ///< how often it may; -1: for ever
    std::int64_t seconds = -1;     ///< how long it may run; negative: for ever
    std::int64_t begun = 0;        ///< when, by this machine's calendar: milliseconds since 1970; 0: not known
    std::int64_t cpu = 0;          ///< what it asked for: thousandths of a core
    std::int64_t memory = 0;       ///< the same: bytes
    bool operator==(const Lease&) const = default;
};

Lease lease_of(const colonies::Process& process, std::string executor);

Object to_object(const Lease& lease);
Lease lease_in(const Object& object);

/// Whether the server gives it to somebody once more when its time is over.
bool is_given_again(const Lease& lease);

/// When all of the work must be gone. The server looks for time limits once in a second: one of 0 counts as the
/// shortest.
std::optional<TimePoint> fence_of(const Lease& lease, TimePoint begun);

/// When the work must begin to end so that all of it is gone in time.
std::optional<TimePoint> end_of(const Lease& lease, TimePoint begun);

/// "500m" in thousandths of a core, "256Mi" in bytes; 0 for what the server does not understand either.
std::int64_t millicores(std::string_view text);
std::int64_t bytes(std::string_view text);

} // namespace forager::colony
