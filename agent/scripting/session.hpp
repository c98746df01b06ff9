// A conversation with a script: inputs that are run one after another in its surroundings. What they spawn goes on
// until the session ends. On the strand.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "io/event.hpp"
#include "ports/observer.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace forager::scripting {

class Script;
class Task;

class Session {
public:
    /// The script is loaded, and has no other session. `observer` hears what is printed; it must outlive the session.
    Session(std::shared_ptr<Script> script, Invocation invocation, Observer& observer);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    /// Runs the script's main chunk, then inputs until `close`. When it returns, all that they left is gone.
    boost::asio::awaitable<Outcome> run();

    /// Waits until inputs are run. The failure is that of the main chunk.
    boost::asio::awaitable<Result<void>> ready();

    /// Runs one input whose first line has this number. Gives its values as text for people, nothing where there are
    /// none, and as data, where what is no data is text. One at a time; refused when the session is not ready.
    boost::asio::awaitable<Outcome> evaluate(std::string text, std::int64_t line);

    /// The input that is run, if any, ends as cancelled.
    void interrupt();

    /// No more inputs: `run` ends.
    void close() { closed_.set(); }

    const Script& script() const { return *script_; }

    /// For the library's part of it: the main chunk's task is here now; waits for the end of the session.
    boost::asio::awaitable<Outcome> serve(Task& root);

private:
    struct Evaluation;

    std::shared_ptr<Script> script_;
    Invocation invocation_;
    Observer& observer_;
    Task* root_ = nullptr;                 // where inputs can be run
    std::weak_ptr<Evaluation> evaluation_; // the one that runs
    std::optional<Failure> failure_;
    Event ready_;
    Event closed_;
};

} // namespace forager::scripting
