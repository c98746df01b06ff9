// A process that the server has lent to this executor becomes an invocation that runs, whichever way it was heard of.
// Part of the colony source.
#pragma once

#include "sources/colony/desk.hpp"
#include "sources/colony/turns.hpp"
#include "sources/colony/work.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace forager::colony {

/// When a call was sent and its answer was there.
struct Asked {
    TimePoint asked;
    TimePoint answered;
};

class Arrivals {
public:
    /// `reporter` hears the outcomes; both must outlive it.
    Arrivals(Desk& desk, Reporter& reporter) : desk_{desk}, turns_{desk, reporter} {}

    /// Begins what the server has just lent, or has what is known of it already told: finished work is not done again.
    boost::asio::awaitable<void> take(Permit permit, colonies::Process process, Asked when);

    /// The same of what was lent before. That it begins is flushed to the disk: should it be what takes the machine
    /// down, its starts are counted.
    boost::asio::awaitable<void> take_again(Permit permit, colonies::Process process, Held held);

    /// What is to be known of it while it is held.
    Held held_of(const colonies::Process& process, TimePoint begun, TimePoint verified) const;

    /// One that cannot even be read fails with that.
    boost::asio::awaitable<void> refuse(std::string id, std::string function, Lease lease, Failure failure);

    /// Where what does not fit waits.
    Turns& turns() { return turns_; }
    const Turns& turns() const { return turns_; }

    /// Keeps in mind what is held at this moment, and all that comes from now on.
    void note_what_comes();
    void note_no_more() { heard_.reset(); }
    /// Whether it is among that; only while it is noted.
    bool has_heard(const colonies::ProcessHead& process) const;

private:
    /// How sure it is that all of a process was read: the server writes it in two steps.
    enum class Written : std::uint8_t { in_part, just_now, long_ago };

    Result<Invocation> invocation_for(const colonies::Process& process, const Result<ParentResults>& parents);
    boost::asio::awaitable<void> complete(colonies::Process& process, std::span<const Duration> pauses);
    bool is_old(const std::string& id, const Lease& lease);
    boost::asio::awaitable<bool> is_told(std::string id, Lease lease);
    boost::asio::awaitable<void> take(Permit permit, colonies::Process process, Held held, Durable durable,
                                      Written written);
    void begin(Permit permit, Invocation invocation, Held held, Durable durable);

    Desk& desk_;
    Turns turns_;
    std::optional<std::map<std::string, std::int64_t>> heard_; // the retries of each
    std::map<std::string, std::int64_t> arriving_{};           // being begun: the retries of each
};

} // namespace forager::colony
