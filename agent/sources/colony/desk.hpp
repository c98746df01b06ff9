// What the loops of one executor share: who it is, what it holds, and the ways to the server and to the agent. Part of
// the colony source; one for each executor, on the strand.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/executor.hpp"
#include "core/function.hpp"
#include "core/peer_clock.hpp"
#include "io/event.hpp"
#include "ports/intake.hpp"
#include "ports/outbox.hpp"
#include "ports/records.hpp"
#include "sources/colony/holdings.hpp"
#include "sources/colony/identity.hpp"
#include "sources/colony/server_state.hpp"
#include "sources/colony/work.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::colony {

/// What the machine has for the colony's work; 0: as much as anybody asks for.
struct Machine {
    std::int64_t cpu = 0;    ///< thousandths of a core
    std::int64_t memory = 0; ///< bytes
    colonies::Capabilities capabilities;
    colonies::Position position;
};

struct Settings {
    Duration long_poll = std::chrono::seconds{20};
    std::size_t untold_limit = 1'000; ///< so many outcomes may wait for the server before no more work is taken
    std::size_t most_starts = 5;      ///< after so many deaths of the agent under it, work is given up
    std::size_t crowd_limit = 64;     ///< so many may wait for places of their functions before no more work is taken
    Machine machine;
};

/// What the agent does for its executors.
struct Services {
    std::function<std::vector<Function>()> functions;            ///< all that can be called at this moment
    std::function<std::size_t()> changes;                        ///< another number when these are others
    std::function<bool(const std::string& id)> cancel;           ///< asks what runs to end
    std::function<bool(const std::string& function)> is_durable; ///< whether it goes on after a restart
    std::function<void(const std::string& id)> ended;            ///< the record has ended
    std::function<void(std::string_view message)> info;
    std::function<void(std::string_view message)> warn;
};

/// As they were at a number of changes.
struct FunctionNames {
    std::vector<std::string> all;
    std::size_t at = 0;
};

/// Why the server does not know this executor.
struct Obstacle {
    std::string why;
    TimePoint since;
    TimePoint next_try;
};

struct Desk {
    boost::asio::any_io_executor strand;
    Clock& clock;
    Random& random;
    colonies::Client& client;
    ServerState& server;
    Shares& shares; ///< of the machine, among all executors of the agent
    Records& records;
    Outbox& outbox;
    Intake& intake;
    Settings settings;
    Services services;
    Identity who;

    Holdings holdings{shares};
    PeerClock server_clock{};
    TimePoint polled{};    ///< when the server last heard that this executor lives
    bool enrolled = false; ///< the server knows it, as far as it has said
    std::optional<Obstacle> obstacle{};
    bool offers_nothing = false;
    bool unsure = true; ///< it may have been lent something without hearing of it
    bool stopping = false;
    bool paused = false;    ///< asks for no more work
    std::size_t asking = 0; ///< calls for work whose answer is not there
    Event finished{strand}; ///< there is something to tell
    Event changed{strand};  ///< what it holds has become more or less

    std::optional<FunctionNames> names{}; ///< what `function_names` gave last

    colonies::Caller caller() { return {client, who.key}; }
    TimePoint now() const { return clock.now(); }
    Share machine() const { return {settings.machine.cpu, settings.machine.memory}; }
    ServerAddress address() const { return {client.config().host, client.config().port, client.config().tls}; }

    /// Names of all functions that can be called.
    const std::vector<std::string>& function_names();

    /// The colony does not want to hear the outcome any more: what runs of it is asked to end.
    void dismiss(const std::string& id, std::string_view why);

    void dismiss_all(std::string_view why);

    /// The server has said that it does not know this executor. A server that starts may say so by mistake: it is asked
    /// again before anything is made of it.
    void doubt();

    /// It is not known to the server, which is tried again after `pause`.
    void hinder(const std::string& why, Duration pause);

    /// Nothing is owed to the colony for it any more. `note`, where there is one, stands in the record.
    void settle(const std::string& id, std::string note);

    /// It runs here no more; its record stays as it is.
    void forget(const std::string& id);
};

} // namespace forager::colony
