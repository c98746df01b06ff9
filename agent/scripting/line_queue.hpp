// The lines of a running command on their way to Lua: few at a time, the command's pipe waits for whoever reads them.
#pragma once

#include "ports/process_runner.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <optional>
#include <string>

namespace forager::scripting {

class LineQueue final : public LineSink {
public:
    struct Line {
        Stream stream = Stream::out;
        std::string text;
    };

    explicit LineQueue(const boost::asio::any_io_executor& executor) : channel_{executor, 64} {}

    boost::asio::awaitable<void> line(Stream stream, std::string text) override;

    /// The next line; nothing after `end`.
    boost::asio::awaitable<std::optional<Line>> next();

    /// No more lines come.
    void end() { channel_.close(); }

private:
    boost::asio::experimental::channel<void(boost::system::error_code, Line)> channel_;
};

} // namespace forager::scripting
