// The lines of a running command on their way to Lua: few at a time, the command's pipe waits for whoever reads them.
#pragma once

#include "io/event.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <optional>
#include <string>

namespace forager::scripting {

class LineQueue final : public LineSink {
public:
    struct Line {
        Stream stream = Stream::out;
        std::string text;
    };

    explicit LineQueue(const boost::asio::any_io_executor& executor) : filled_{executor}, emptied_{executor} {}

    boost::asio::awaitable<void> line(Stream stream, std::string text) override;

    /// The same without waiting, of what only the newest counts: where there is no room it takes the last one's place.
    void tell(std::string text);

    /// The next line; nothing when all are read and no more come. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<std::optional<Line>> next();

    /// No more lines come; those that are there can still be read.
    void end();

private:
    static constexpr std::size_t most = 64;

    std::deque<Line> lines_;
    bool ended_ = false;
    Event filled_;
    Event emptied_;
};

} // namespace forager::scripting
