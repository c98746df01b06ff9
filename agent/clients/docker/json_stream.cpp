#include "clients/docker/json_stream.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_document = std::size_t{1024} * 1024;

Result<std::optional<Object>> document_in(std::string_view line)
{
    auto value = parse_json(line);
    auto* object = value.has_value() ? value->get<Object>() : nullptr;
    if (object == nullptr)
        return Failure{Errc::refused, "the Docker engine tells of something in a form that is not known"};
    return std::optional{std::move(*object)};
}

} // namespace

asio::awaitable<Result<std::optional<Object>>> JsonStream::read()
{
    for (;;) {
        const std::size_t end = held_.find('\n', looked_);
        if (end != std::string::npos) {
            const std::string line = held_.substr(0, end);
            held_.erase(0, end + 1);
            looked_ = 0;
            if (trimmed(line).empty())
                continue;
            co_return document_in(line);
        }
        looked_ = held_.size();
        if (held_.size() > longest_document)
            co_return Failure{Errc::limit,
                              "the Docker engine tells of something in more than " + bytes_text(longest_document)};
        auto bytes = co_await stream_.read_some();
        if (bytes.has_error())
            co_return bytes.error();
        if (!bytes->empty()) {
            held_ += *bytes;
            continue;
        }
        if (trimmed(held_).empty())
            co_return std::optional<Object>{};
        const std::string last = std::exchange(held_, {}); // some documents come without a line break
        looked_ = 0;
        co_return document_in(last);
    }
}

} // namespace forager::docker
