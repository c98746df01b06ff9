// What a session or a call tells its client, line by line as JSON: kept until it is sent, within a bound. On the
// strand.
#pragma once

#include "core/value.hpp"
#include "io/event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

namespace forager::control {

class ClientStream {
public:
    /// `most`: bytes that are kept; lines beyond are lost, and that is told.
    ClientStream(const boost::asio::any_io_executor& executor, std::size_t most) : changed_{executor}, most_{most} {}

    /// What may be lost: a line that is printed.
    void offer(const Object& event);

    /// What must not be lost.
    void tell(const Object& event);

    /// After the last event.
    void end();

    /// What has not been sent; an empty text after the end.
    boost::asio::awaitable<std::string> next();

private:
    void keep(const std::string& line);

    Event changed_;
    std::size_t most_;
    std::string kept_;
    std::size_t lost_ = 0; // lines
    bool ended_ = false;
};

} // namespace forager::control
