// What something prints: a bounded part is kept, and its lines are handed on as they come.
#pragma once

#include "io/process/capture.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace forager {

class Printed {
public:
    /// `limit`: bytes kept of each output. `merge`: both are kept as one. `lines` may be null.
    Printed(std::size_t limit, bool merge, LineSink* lines) : out_{limit}, err_{limit}, merge_{merge}, lines_{lines} {}

    boost::asio::awaitable<void> add(Stream stream, std::string bytes)
    {
        const bool is_out = stream == Stream::out;
        (is_out || merge_ ? out_ : err_).add(bytes);
        if (lines_ == nullptr)
            co_return;
        for (std::string& line : (is_out ? out_lines_ : err_lines_).cut(bytes))
            co_await lines_->line(stream, std::move(line));
    }

    /// No more comes.
    boost::asio::awaitable<void> end()
    {
        if (lines_ == nullptr)
            co_return;
        if (auto line = out_lines_.rest())
            co_await lines_->line(Stream::out, std::move(*line));
        if (auto line = err_lines_.rest())
            co_await lines_->line(Stream::err, std::move(*line));
    }

    /// Whether there was more than is kept, once it was taken.
    bool is_cut() const { return is_cut_; }

    void into(Completed& completed)
    {
        is_cut_ = out_.is_cut() || err_.is_cut();
        completed.out = out_.take();
        completed.err = err_.take();
    }

private:
    Capture out_;
    Capture err_;
    LineCutter out_lines_;
    LineCutter err_lines_;
    bool merge_;
    bool is_cut_ = false;
    LineSink* lines_;
};

} // namespace forager
