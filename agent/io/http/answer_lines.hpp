// The lines of an answer that goes on and on, as peers tell of what happens. On the strand.
#pragma once

#include "core/failure.hpp"
#include "io/http/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace forager::http {

class AnswerLines {
public:
    AnswerLines() = default; ///< has ended

    /// What stands behind the last line break.
    enum class Rest { line, cut };

    /// `who` tells, for messages; a line has `longest` bytes at most.
    AnswerLines(AnswerStream stream, std::string who, std::size_t longest, Rest rest);

    /// The next line that is not empty, nothing at the end. What is cut is left out. Waits without limit. Failures:
    /// limit; those of `AnswerStream::read_some`.
    boost::asio::awaitable<Result<std::optional<std::string>>> next();

private:
    AnswerStream stream_;
    std::string who_;
    std::size_t longest_ = 0;
    Rest rest_ = Rest::cut;
    std::string held_;
    std::size_t looked_ = 0; // so far there is no line break in it
};

} // namespace forager::http
