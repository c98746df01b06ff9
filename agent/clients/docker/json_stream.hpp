// One JSON document after another, as the engine tells of events and of its progress. On the strand.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/answer_lines.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace forager::docker {

class JsonStream {
public:
    JsonStream() = default; ///< has ended
    explicit JsonStream(http::AnswerStream stream);

    /// The next document, nothing at the end. Waits without limit. Failures: unreachable (it ended in the middle),
    /// refused (no JSON), limit (a document beyond a megabyte).
    boost::asio::awaitable<Result<std::optional<Object>>> read();

private:
    http::AnswerLines lines_;
};

} // namespace forager::docker
