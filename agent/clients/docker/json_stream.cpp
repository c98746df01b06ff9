#include "clients/docker/json_stream.hpp"

#include "io/formats/json.hpp"

#include <utility>

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

JsonStream::JsonStream(http::AnswerStream stream)
    : lines_{std::move(stream), "the Docker engine", longest_document, http::AnswerLines::Rest::line}
{
}

asio::awaitable<Result<std::optional<Object>>> JsonStream::read()
{
    auto line = co_await lines_.next();
    if (line.has_error())
        co_return line.error();
    co_return *line ? document_in(**line) : std::optional<Object>{};
}

} // namespace forager::docker
