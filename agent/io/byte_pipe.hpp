// Bytes on their way from who writes them to who reads them, two coroutines of one strand: neither gets far ahead of
// the other. Must outlive both.
#pragma once

#include "io/event.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace forager {

class BytePipe final : public ByteSource, public ByteSink {
public:
    static constexpr std::size_t default_room = std::size_t{512} * 1024;

    /// `room`: bytes that may wait in it; a single piece may be larger.
    explicit BytePipe(const boost::asio::any_io_executor& executor, std::size_t room = default_room);

    /// Waits for room. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<Result<void>> write(std::string bytes) override;

    /// The writer's last word: that was all. Without it the reader hears of no end.
    void close();

    /// The writer's last word: the rest will not come. What was not read yet is dropped.
    void fail(Failure failure);

    boost::asio::awaitable<Result<std::string>> read(std::size_t most) override;

private:
    std::size_t room_;
    std::deque<std::string> pieces_;
    std::size_t begun_ = 0;   // bytes of the first piece that were read
    std::size_t waiting_ = 0; // bytes in all
    bool closed_ = false;
    std::optional<Failure> failure_;
    Event room_made_; // for the writer
    Event news_;      // for the reader
};

} // namespace forager
