// A member of a colony: who asks when functions, scripts and commands use the colony, over which client, and the wait
// for a process. It names the client's types without including them, since functions and scripts do not see clients:
// these use processes.hpp and its neighbours. Lives on the strand.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace forager {

class Nap;
struct Invocation;

namespace colonies {
class Client;
class PrivateKey;
struct Caller;
struct Process;
} // namespace colonies

class ColonyMember {
public:
    /// `key` is that of a user or of an executor: an owner's alone may not submit. The clock must outlive it; members
    /// of one agent share the client.
    ColonyMember(std::shared_ptr<colonies::Client> client, const colonies::PrivateKey& key, std::string colony,
                 Clock& clock);
    ColonyMember(const ColonyMember&) = delete;
    ColonyMember& operator=(const ColonyMember&) = delete;
    ~ColonyMember();

    /// One agent may be several members: this one, and other executors, each with a key of its own.
    void add_executor(const colonies::PrivateKey& key);

    /// For what only the colony's owner may do; it is that of the executors, too.
    void own_with(const colonies::PrivateKey& key);

    /// The member as which an invocation asks: the executor that it is run for, or this one.
    ColonyMember& who_runs(const Invocation& invocation);

    /// For all calls of clients/colonies.
    colonies::Caller caller() const;

    /// The same as the colony's owner. Failures: refused, with what to set, where the owner's key is not known.
    Result<colonies::Caller> owner() const;

    const std::string& colony() const { return colony_; }
    Clock& clock() const { return clock_; }

    /// "host:port", for messages.
    std::string peer() const;

    /// The process when it has ended, in whatever state. It listens and looks, so it hears of the end within
    /// milliseconds as a rule, and within seconds always; a server that is away is waited for. Failures: not_found (no
    /// such process, or it was removed), refused (the server says no for half a minute, or nobody trusts its
    /// certificate). Throws `operation_aborted` when cancelled; the process goes on.
    boost::asio::awaitable<Result<colonies::Process>> wait(std::string process);

    /// For entries of channels: larger than those before it, also than those of a member that was this one earlier.
    std::int64_t next_sequence();

private:
    boost::asio::awaitable<Result<colonies::Process>> look(std::string process, Nap& nap);
    boost::asio::awaitable<void> listen(std::string process, Nap& nap);

    std::shared_ptr<colonies::Client> client_;
    std::unique_ptr<const colonies::PrivateKey> key_;
    std::unique_ptr<const colonies::PrivateKey> owner_; // nothing: it is not known
    std::string colony_;
    Clock& clock_;
    std::size_t waits_ = 0;
    std::int64_t last_sequence_ = 0;
    std::vector<std::unique_ptr<ColonyMember>> executors_;
};

} // namespace forager
