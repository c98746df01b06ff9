// What is kept of invocations from their acceptance to long after their end: the queue's memory, and what `ps` and
// `show` tell.
#pragma once

#include "core/admission_queue.hpp"
#include "core/outcome.hpp"
#include "ports/observer.hpp"
#include "ports/queue.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// An invocation whose turn it is.
struct BegunWork {
    Invocation invocation;
    std::size_t starts = 1; ///< this one included: more than 1 after the agent died under it
    std::size_t before = 0; ///< of its tries, those of the lives before the one that it has now
};

struct Record {
    std::string id;
    std::string function;
    std::string source;
    State state = State::waiting;
    std::string note; ///< why: the failure's sentence, until when it sleeps
    int priority = 0;
    std::string order_key;
    std::size_t starts = 0;
    std::size_t tries = 0; ///< tries that failed; a cancelled one has not
    std::optional<WallTime> submitted, started, ended, not_before;
    Object request;                 ///< args, kwargs …
    std::optional<Outcome> outcome; ///< once it has ended
};

struct RecordFilter {
    bool open_only = false;
    std::string state;    ///< only this one
    std::string function; ///< only this one
    std::size_t most = 100;
};

class Records {
public:
    virtual ~Records() = default;

    /// Failures: limit, refused.
    virtual boost::asio::awaitable<Result<std::pair<QueueEntry, bool>>> add(Submission submission, WallTime now) = 0;

    /// What was accepted before under the same idempotency key. Failures: refused (the key stands for other work).
    virtual boost::asio::awaitable<Result<std::optional<QueueEntry>>> known(Submission submission) = 0;

    /// All that have not ended, for a queue that begins.
    virtual boost::asio::awaitable<Result<std::vector<QueueEntry>>> open() = 0;

    /// It is their turn: counts the starts. Those that are not there any more are left out.
    virtual boost::asio::awaitable<Result<std::vector<BegunWork>>> begin(std::vector<std::string> ids,
                                                                         WallTime now) = 0;

    /// Does not wait to be safe: after a crash it is only older.
    virtual void note(std::string id, State state, std::string note, std::size_t tries) = 0;

    /// Safe when it returns. Waits as long as there is no room for it.
    virtual boost::asio::awaitable<Result<void>> finish(std::string id, Outcome outcome, WallTime now) = 0;

    /// As `finish`, but tried once: what the disk refuses is refused.
    virtual boost::asio::awaitable<Result<void>> finish_now(std::string id, Outcome outcome, WallTime now) = 0;

    /// Somebody asked what runs to end: should the agent die before it has ended, it is not begun again. Safe when it
    /// returns; what has ended stays as it is.
    virtual boost::asio::awaitable<Result<void>> ask_to_end(std::string id, WallTime now) = 0;

    /// Those that were asked to end and have not.
    virtual boost::asio::awaitable<Result<std::vector<std::string>>> asked_to_end() = 0;

    /// A new life for one that has ended without success: what it recorded stays. Failures: not_found, refused.
    virtual boost::asio::awaitable<Result<QueueEntry>> revive(std::string id) = 0;

    virtual boost::asio::awaitable<Result<std::optional<Record>>> find(std::string id) = 0;
    virtual boost::asio::awaitable<Result<std::vector<Record>>> list(RecordFilter filter) = 0;

    /// Keeps a signal for an invocation that has not ended. Failures: not_found, refused, limit.
    virtual boost::asio::awaitable<Result<void>> signal(std::string id, std::string event, Value value) = 0;
};

} // namespace forager
