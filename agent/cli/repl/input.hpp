// Bytes of standard input, waited for without holding up the loop. Used by the sources of lines, on the strand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace forager::cli {

class Input {
public:
    explicit Input(const boost::asio::any_io_executor& executor);
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input();

    /// What has come, empty at the end. Nothing but an empty text after `interrupt`, which `interrupted` tells.
    boost::asio::awaitable<std::string> read();

    /// Ends the reading that goes on, or the next one.
    void interrupt();

    /// Whether it was, since the last time this was asked.
    bool take_interruption();

private:
    boost::asio::awaitable<void> readable();

    class Descriptor;
    std::unique_ptr<Descriptor> descriptor_; // null: a file, which never makes anybody wait
    bool interrupted_ = false;
};

} // namespace forager::cli
