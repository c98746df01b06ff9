#include "cli/repl/piped_lines.hpp"

#include "cli/output.hpp"

namespace forager::cli {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_line = std::size_t{16} * 1024 * 1024;

} // namespace

Lines::Line PipedLines::take(std::size_t length)
{
    Line line{Kind::text, bytes_.substr(given_, length)};
    given_ = std::min(bytes_.size(), given_ + length + 1);
    return line;
}

asio::awaitable<Result<Lines::Line>> PipedLines::next(std::string)
{
    for (;;) {
        if (const std::size_t end = bytes_.find('\n', given_); end != std::string::npos)
            co_return take(end - given_);
        bytes_.erase(0, std::exchange(given_, 0));
        if (ended_ && !bytes_.empty())
            co_return take(bytes_.size());
        if (ended_)
            co_return Line{};
        if (bytes_.size() > longest_line)
            co_return Failure{Errc::limit, "a line of the input is longer than 16 MB"};
        const std::string more = co_await input_.read();
        if (input_.take_interruption())
            co_return Line{Kind::interrupted, ""};
        ended_ = more.empty();
        bytes_ += more;
    }
}

void PipedLines::print(std::string_view text)
{
    write_err(text);
}

} // namespace forager::cli
