// What belongs to the connection of a client: all sessions inside the agent, by id, and calls. One for the agent, on
// the strand.
#pragma once

#include "control/live_call.hpp"
#include "control/session.hpp"
#include "io/http/server/reply.hpp"
#include "runtime/task_group.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace forager::control {

class Sessions {
public:
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        /// A script of this path, not loaded, that sees the functions of the agent and keeps its own to itself.
        std::function<std::shared_ptr<scripting::Script>(std::string path)> script;
        std::function<std::string()> fresh_id;
    };

    explicit Sessions(Parts parts, SessionLimits limits = {})
        : parts_{std::move(parts)}, limits_{limits}, group_{parts_.executor}
    {
    }

    struct Wanted {
        std::string file; ///< whose `text` is loaded first; empty: none
        std::string text;
        std::optional<uid_t> uid;
    };

    /// Opens one, which lives as long as the answer's body. Failures: limit, and those of the script's text.
    Result<http::Reply> open(const Wanted& wanted);

    /// Begins work whose answer's body tells what `also` hears of it, and its end; it is ended when its client leaves.
    /// `work` is called once, at once; what it is given lives as long as the work.
    http::Reply call(Observer& also, const std::function<boost::asio::awaitable<Outcome>(Observer&)>& work);

    /// Begins to run an input, and gives its number. Failures: not_found, refused.
    Result<std::int64_t> evaluate(const std::string& id, std::string text, std::int64_t line);

    /// Ends the input that runs, or the session. Failures: not_found.
    Result<void> interrupt(const std::string& id);
    Result<void> close(const std::string& id, std::string reason);

    Array list() const;

    /// Ends all; returns when what they left is gone.
    boost::asio::awaitable<void> end();

private:
    class Body;
    class CallBody;

    Result<LiveSession*> find(const std::string& id) const;
    boost::asio::awaitable<void> serve(std::shared_ptr<LiveSession> session);
    boost::asio::awaitable<void> watch(std::shared_ptr<LiveSession> session);

    Parts parts_;
    SessionLimits limits_;
    std::map<std::string, std::shared_ptr<LiveSession>, std::less<>> sessions_;
    TaskGroup group_;
};

} // namespace forager::control
