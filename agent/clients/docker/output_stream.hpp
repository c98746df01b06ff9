// Both outputs of a container or of a command in one, as attach, logs and exec give them. On the strand.
#pragma once

#include "core/failure.hpp"
#include "io/http/client.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager::docker {

struct OutputPiece {
    Stream stream = Stream::out;
    std::string bytes;
};

/// Takes the engine's frames apart: a byte that names the stream, three of nothing, four of length, the bytes. Pure.
class OutputSplitter {
public:
    /// `raw`: of a terminal, which has one output and no frames.
    explicit OutputSplitter(bool raw = false) : raw_{raw} {}

    void feed(std::string bytes);

    /// The next piece of what was fed, without waiting for the rest of its frame; nothing when more is needed.
    /// Failures: refused (no frame).
    Result<std::optional<OutputPiece>> next();

    /// Whether a frame was begun and has not ended.
    bool is_inside() const { return left_ > 0 || !held_.empty(); }

private:
    bool raw_;
    std::string held_;
    Stream stream_ = Stream::out;
    std::size_t left_ = 0; // bytes of the present frame that have not come
};

class OutputStream {
public:
    OutputStream() = default; ///< has ended
    OutputStream(http::AnswerStream stream, bool raw) : stream_{std::move(stream)}, splitter_{raw} {}

    /// The next piece, nothing at the end. Waits without limit. Failures: unreachable (it ended in the middle),
    /// refused (no frames).
    boost::asio::awaitable<Result<std::optional<OutputPiece>>> read();

private:
    http::AnswerStream stream_;
    OutputSplitter splitter_;
};

} // namespace forager::docker
