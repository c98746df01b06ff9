// The other end of the local socket: asks the running agent. Used by the commands that need one.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace forager::control {

/// A failure as the agent tells it in JSON.
Failure failure_from(const Value& error);

/// Whether the agent was there. It stands in the failure as `agent`, too: "absent" or "lost".
enum class Presence {
    answers, ///< the failure is the agent's own
    absent,  ///< nobody took the request
    lost     ///< it went away after it had been asked: what it did of it is not known
};
Presence presence_in(const Failure& failure);

/// The agent that is asked.
struct Peer {
    std::string socket;
    std::string after_loss = "what it had accepted it finishes when it is back"; ///< said when it goes away meanwhile
};

/// What the agent tells bit by bit: JSON documents, each on a line of its own.
class EventStream {
public:
    EventStream() = default; ///< has ended
    EventStream(http::AnswerStream answer, Peer peer) : answer_{std::move(answer)}, peer_{std::move(peer)} {}

    /// The next one, nothing at the end. Failures: the agent is lost, or does not tell JSON.
    boost::asio::awaitable<Result<std::optional<Value>>> next();

private:
    http::AnswerStream answer_;
    Peer peer_;
    std::string bytes_;
};

class Client {
public:
    /// `http` must outlive it.
    Client(http::Client& http, Peer peer) : http_{http}, peer_{std::move(peer)} {}

    /// The `result` of the answer. Failures: the agent's own, as it told it; not_found, refused or unreachable when no
    /// agent answers (see `presence_in`), with what to do.
    boost::asio::awaitable<Result<Value>> get(std::string path);
    boost::asio::awaitable<Result<Value>> post(std::string path, Object body);
    boost::asio::awaitable<Result<Value>> remove(std::string path);

    /// As `post`, where the answer comes bit by bit.
    boost::asio::awaitable<Result<EventStream>> open(std::string path, Object body);

private:
    boost::asio::awaitable<Result<Value>> ask(std::string method, std::string path, std::string body);
    http::Request request(std::string method, const std::string& path, std::string body) const;

    http::Client& http_;
    Peer peer_;
};

} // namespace forager::control
