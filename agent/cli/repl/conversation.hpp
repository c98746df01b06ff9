// Reads inputs, has them run, and prints what comes of them. One for a session, on the strand.
#pragma once

#include "cli/command.hpp"
#include "cli/repl/evaluator.hpp"
#include "cli/repl/lines.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace forager::cli {

class Conversation {
public:
    /// All must outlive it.
    Conversation(Lines& lines, Evaluator& evaluator, const Common& common)
        : lines_{lines}, evaluator_{evaluator}, common_{common}
    {
    }

    /// Until there are no more inputs, or the session has ended by itself. Whether all of them succeeded,
    /// where nobody saw that.
    boost::asio::awaitable<bool> run();

    /// Ctrl-C: ends the input that runs, or drops what is typed.
    void interrupt();

    /// The session has ended by itself: whoever types hears of it now.
    void session_ended();

private:
    struct Read {
        std::string text;
        std::int64_t line = 0; ///< number of its first line
    };

    boost::asio::awaitable<std::optional<Read>> read();
    boost::asio::awaitable<void> answer(Read input);
    void tell(const Outcome& outcome);
    void tell_for_programs(const Outcome& outcome);
    void fail(const Failure& failure);
    std::string excerpt_for(const Failure& failure) const;
    void help_out();

    Lines& lines_;
    Evaluator& evaluator_;
    const Common& common_;
    Read evaluated_;
    std::int64_t lines_read_ = 0;
    bool evaluating_ = false;
    bool all_succeeded_ = true;
};

} // namespace forager::cli
