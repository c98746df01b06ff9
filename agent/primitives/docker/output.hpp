// What a container or a command in it prints: a bounded part is kept, and its lines are handed on as they come. Only
// for the sources of primitives/docker.
#pragma once

#include "clients/docker/output_stream.hpp"
#include "io/process/capture.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace forager::docker_work {

class Output {
public:
    /// `limit`: bytes kept of each. `merge`: both are kept as one. `lines` may be null.
    Output(std::size_t limit, bool merge, LineSink* lines) : out_{limit}, err_{limit}, merge_{merge}, lines_{lines} {}

    /// Reads it to its end. Failures: those of the stream.
    boost::asio::awaitable<Result<void>> read(docker::OutputStream& stream)
    {
        for (;;) {
            auto piece = co_await stream.read();
            if (piece.has_error())
                co_return piece.error();
            if (!*piece)
                break;
            co_await add(std::move(**piece));
        }
        co_await end();
        co_return Result<void>{};
    }

    void into(Completed& completed)
    {
        completed.out = out_.take();
        completed.err = err_.take();
    }

private:
    boost::asio::awaitable<void> add(docker::OutputPiece piece)
    {
        const bool is_out = piece.stream == Stream::out;
        (is_out || merge_ ? out_ : err_).add(piece.bytes);
        if (lines_ == nullptr)
            co_return;
        for (std::string& line : (is_out ? out_lines_ : err_lines_).cut(piece.bytes))
            co_await lines_->line(piece.stream, std::move(line));
    }

    boost::asio::awaitable<void> end()
    {
        if (lines_ == nullptr)
            co_return;
        if (auto line = out_lines_.rest())
            co_await lines_->line(Stream::out, std::move(*line));
        if (auto line = err_lines_.rest())
            co_await lines_->line(Stream::err, std::move(*line));
    }

    Capture out_;
    Capture err_;
    LineCutter out_lines_;
    LineCutter err_lines_;
    bool merge_;
    LineSink* lines_;
};

} // namespace forager::docker_work
