// One of a child's outputs as the strand reads it: never blocking, and never longer than the child lives.
#pragma once

#include "io/process/capture.hpp"
#include "io/system_failure.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace forager {

class Outlet {
public:
    /// `descriptor` may be none: the outlet is not open then. Keeps `limit` bytes.
    Outlet(const boost::asio::any_io_executor& executor, Descriptor descriptor, std::size_t limit);

    bool open() const { return pipe_.is_open(); }

    /// Waits until there is something to read, or the end. False: `wake` or a cancellation came first.
    boost::asio::awaitable<bool> readable();
    void wake();

    /// Once the child is gone, others may still write, endlessly perhaps: only what is there now was its own.
    void last_bytes_only();

    /// What there is, in `buffer`. Empty: nothing at the moment; nothing: it has ended.
    std::optional<std::string_view> read(std::vector<char>& buffer);

    Capture kept;
    LineCutter lines;

private:
    boost::asio::posix::stream_descriptor pipe_;
    std::optional<std::size_t> left_; // of the last bytes
};

} // namespace forager
