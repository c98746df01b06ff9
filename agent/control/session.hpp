// A session inside the agent: a script's surroundings that a client talks with, until it leaves. On the strand.
#pragma once

#include "control/client_stream.hpp"
#include "ports/clock.hpp"
#include "ports/observer.hpp"
#include "scripting/script.hpp"
#include "scripting/session.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace forager::control {

/// Bounds of all sessions.
struct SessionLimits {
    std::size_t at_once = 8;
    Duration idle = std::chrono::hours{1};      ///< without an input
    std::size_t output = std::size_t{1} << 20U; ///< bytes that a client leaves unread, and of one answer
};

class LiveSession final : public Observer {
public:
    struct Origin {
        std::string id;
        std::optional<uid_t> uid; ///< of the client
    };

    LiveSession(std::shared_ptr<scripting::Script> script, Origin origin, const Clock& clock, SessionLimits limits);

    const std::string& id() const { return origin_.id; }
    ClientStream& stream() { return stream_; }

    /// Serves inputs until it is closed or cancelled; what it leaves is gone then.
    boost::asio::awaitable<void> run();

    /// Tells when it can be talked to.
    boost::asio::awaitable<void> announce();

    /// Begins to count the input, whose number is given. Failures: refused (another one runs).
    Result<std::int64_t> accept();

    /// Runs what was accepted, and tells what came of it.
    boost::asio::awaitable<void> evaluate(std::int64_t number, std::string text, std::int64_t line);

    void interrupt() { session_.interrupt(); }

    /// What the client is told when it ends.
    void close(std::string reason) { reason_ = std::move(reason); }

    /// Returns when nothing has been asked of it for too long.
    boost::asio::awaitable<void> idle(Clock& clock);

    Object description() const;

    void state(const Invocation&, State, std::string_view) override {}
    void line(const Invocation&, std::string_view text) override { stream_.offer({{"event", "line"}, {"text", text}}); }

private:
    Object answer_of(std::int64_t number, const Outcome& outcome) const;

    Origin origin_;
    const Clock& clock_;
    SessionLimits limits_;
    ClientStream stream_;
    scripting::Session session_;
    std::string reason_ = "the session was closed";
    std::int64_t inputs_ = 0;
    bool evaluating_ = false;
    TimePoint begun_;
    TimePoint last_input_;
};

} // namespace forager::control
