#include "io/http/answer_lines.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;

AnswerLines::AnswerLines(AnswerStream stream, std::string who, std::size_t longest, Rest rest)
    : stream_{std::move(stream)}, who_{std::move(who)}, longest_{longest}, rest_{rest}
{
}

asio::awaitable<Result<std::optional<std::string>>> AnswerLines::next()
{
    for (;;) {
        const std::size_t end = held_.find('\n', looked_);
        if (std::min(end, held_.size()) > longest_)
            co_return Failure{Errc::limit, who_ + " tells of something in more than " + bytes_text(longest_)};
        if (end != std::string::npos) {
            std::string line = held_.substr(0, end);
            held_.erase(0, end + 1);
            looked_ = 0;
            if (trimmed(line).empty())
                continue;
            co_return std::optional{std::move(line)};
        }
        looked_ = held_.size();
        auto bytes = co_await stream_.read_some();
        if (bytes.has_error())
            co_return bytes.error();
        held_ += *bytes;
        if (!bytes->empty())
            continue;
        std::string last = std::exchange(held_, {});
        looked_ = 0;
        if (rest_ == Rest::cut || trimmed(last).empty())
            co_return std::optional<std::string>{};
        co_return std::optional{std::move(last)};
    }
}

} // namespace forager::http
