// Who runs the inputs of a session: this program, or the running agent.
#pragma once

#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace forager::cli {

class Evaluator {
public:
    Evaluator() = default;
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;
    virtual ~Evaluator() = default;

    /// Begins; the failure is that of the script that was to be loaded first, or of the agent.
    virtual boost::asio::awaitable<Result<void>> open() = 0;

    /// Ends all that the inputs left, and waits for that.
    virtual boost::asio::awaitable<void> close() = 0;

    /// Runs one input, whose first line has this number. Gives its values as text, nothing where there are none, and
    /// as data; where the agent cannot tell that in JSON, nothing, and its failure as a third output.
    virtual boost::asio::awaitable<Outcome> evaluate(std::string text, std::int64_t line) = 0;

    /// The input that runs ends as cancelled.
    virtual void interrupt() = 0;

    /// False: it has ended, and `evaluate` says why.
    virtual bool is_open() const = 0;

    /// Called when it has ended by itself.
    std::function<void()> ended;
};

} // namespace forager::cli
