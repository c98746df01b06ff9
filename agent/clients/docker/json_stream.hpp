// One JSON document after another, as the engine tells of events and of its progress. On the strand.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace forager::docker {

class JsonStream {
public:
    JsonStream() = default; ///< has ended
    explicit JsonStream(http::AnswerStream stream) : stream_{std::move(stream)} {}

    /// The next document, nothing at the end. Waits without limit. Failures: unreachable (it ended in the middle),
    /// refused (no JSON), limit (a document beyond a megabyte).
    boost::asio::awaitable<Result<std::optional<Object>>> read();

private:
    http::AnswerStream stream_;
    std::string held_;
    std::size_t looked_ = 0; // so far there is no line break in it
};

} // namespace forager::docker
