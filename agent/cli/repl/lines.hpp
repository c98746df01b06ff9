// Where the inputs of a session come from: somebody at a terminal, or a pipe.
#pragma once

#include "core/failure.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace forager::cli {

class Lines {
public:
    enum class Kind { text, interrupted, end };

    struct Line {
        Kind kind = Kind::end;
        std::string text; ///< without its line break

        Line() = default;
        Line(Kind kind, std::string text) : kind{kind}, text{std::move(text)} {}
    };

    Lines() = default;
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;
    virtual ~Lines() = default;

    /// The next one; a person is shown the prompt. Failures: limit.
    virtual boost::asio::awaitable<Result<Line>> next(std::string prompt) = 0;

    /// Whoever waits for a line, now or next, hears of it; what was typed of it is dropped.
    virtual void interrupt() = 0;

    /// Writes to stderr, and leaves what is being typed as it is.
    virtual void print(std::string_view text) = 0;

    /// Whether a person sits there, who can be helped.
    virtual bool has_person() const = 0;
};

/// Standard input, with line editing where it is a terminal. `history`: the file that keeps what was typed, or empty.
std::unique_ptr<Lines> standard_lines(const boost::asio::any_io_executor& executor, const std::string& history);

} // namespace forager::cli
