// What the built-in functions are made of that run one command: its lines are seen while it runs, and what it leaves in
// the background is ended with it.
#pragma once

#include "ports/handler.hpp"
#include "primitives/unix.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace forager {

class CommandHandler final : public Handler {
public:
    /// How a function asks and answers.
    struct Words {
        Result<Command> (*command)(const Invocation& invocation);
        Outcome (*outcome)(Result<Completed> completed); ///< of what `run_checked` gives
    };

    /// `processes` must outlive it.
    CommandHandler(ProcessRunner& processes, Words words) : processes_{processes}, words_{words} {}

    boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                        Observer& observer) override;

private:
    ProcessRunner& processes_;
    Words words_;
};

} // namespace forager
