// The lines that invocations wrote, kept with their records. Part of the store; lives on the strand.
#pragma once

#include "store/log_buffer.hpp"
#include "store/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace forager::store {

struct LogLine {
    std::int64_t number = 0; ///< grows with time
    WallTime at{};
    std::string text;
};

class LogTable {
public:
    static constexpr std::size_t lines_at_once = 1000;

    /// `writer` and `clock` must outlive it. `most`: lines kept of one invocation.
    LogTable(Writer& writer, Clock& clock, std::size_t most)
        : writer_{writer}, clock_{clock}, most_{most}, buffer_{most}
    {
    }

    /// Keeps the line with the next commit, without waiting for it; of a flood of lines each commit takes a few, so
    /// that it holds up nobody. Beyond the limit, the first half and the latest lines are kept, and a line between them
    /// says so; what the disk cannot take is dropped. While the invocation runs there may be a tenth more.
    void add(const std::string& invocation, std::string_view text);

    /// The invocation has ended: its count is forgotten.
    void end(const std::string& invocation);

    /// Lines of an invocation after the one of this number, at most `lines_at_once`.
    boost::asio::awaitable<Result<std::vector<LogLine>>> read(std::string invocation, std::int64_t after);

private:
    using Lines = std::vector<BufferedLines>;

    void write(std::function<Lines()> take);
    void write_some();

    Writer& writer_;
    Clock& clock_;
    std::size_t most_;
    LogBuffer buffer_;
    bool writes_ = false; // the next commit takes some
};

} // namespace forager::store
