#include "io/http/answer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace forager::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::size_t shortest_end_of_chunks = 5;

} // namespace

class Answer::Parser final : public beast::http::basic_parser<false> {
public:
    int status = 0;
    std::string reason;
    Headers headers;
    std::string body;
    std::uint64_t chunk_left = 0; ///< bytes of the present chunk that have not come

private:
    using Text = beast::string_view;

    void on_request_impl(beast::http::verb, Text, Text, int, error_code&) override {}

    void on_response_impl(int code, Text text, int, error_code&) override
    {
        status = code;
        reason.assign(text.data(), text.size());
    }

    void on_field_impl(beast::http::field, Text name, Text value, error_code& error) override
    {
        if (++fields_ > header_count_limit)
            error = beast::http::error::header_limit;
        else if (!is_header_done()) // what follows the chunks is not part of the head
            headers.add(lower_case({name.data(), name.size()}), std::string{value.data(), value.size()});
    }

    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

    std::size_t on_body_impl(Text bytes, error_code&) override
    {
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t size, Text, error_code&) override { chunk_left = size; }

    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& error) override
    {
        chunk_left -= bytes.size();
        return on_body_impl(bytes, error);
    }

    void on_finish_impl(error_code&) override {}

    std::size_t fields_ = 0;
};

Answer::Answer(bool bodiless) : parser_{std::make_unique<Parser>()}
{
    parser_->skip(bodiless);
    parser_->header_limit(head_limit);
    parser_->body_limit(boost::none); // whoever collects the body has the limit
}

Answer::Answer(Answer&&) noexcept = default;
Answer& Answer::operator=(Answer&&) noexcept = default;
Answer::~Answer() = default;

std::size_t Answer::feed(std::string_view bytes, error_code& error)
{
    std::size_t used = 0;
    while (!error && !is_complete() && !must_wait(bytes.size() - used))
        used += parser_->put(boost::asio::buffer(bytes.substr(used)), error);
    if (error == beast::http::error::need_more)
        error = {};
    return used;
}

// Beast asserts that the end of the chunks does not trickle in.
bool Answer::must_wait(std::size_t available) const
{
    const bool between_chunks = has_head() && parser_->chunked() && parser_->chunk_left == 0;
    return available < (between_chunks ? shortest_end_of_chunks : 1);
}

void Answer::feed_end(error_code& error)
{
    if (parser_->is_header_done())
        parser_->put_eof(error);
    else
        error = beast::http::error::partial_message;
}

bool Answer::has_head() const
{
    return parser_->is_header_done();
}

bool Answer::is_complete() const
{
    return parser_->is_done();
}

bool Answer::ends_with_connection() const
{
    return parser_->need_eof();
}

bool Answer::keeps_connection() const
{
    return parser_->keep_alive();
}

std::optional<std::uint64_t> Answer::content_length() const
{
    const auto length = parser_->content_length();
    return length ? std::optional<std::uint64_t>{*length} : std::nullopt;
}

int Answer::status() const
{
    return parser_->status;
}

const std::string& Answer::reason() const
{
    return parser_->reason;
}

const Headers& Answer::headers() const
{
    return parser_->headers;
}

std::string Answer::take_body()
{
    return std::exchange(parser_->body, {});
}

bool Answer::has_body_piece() const
{
    return !parser_->body.empty();
}

std::string describe_parse_error(error_code error)
{
    if (error == beast::http::error::header_limit)
        return "sent more than 64 KB or 256 fields of headers";
    if (error == beast::http::error::partial_message)
        return "closed the connection in the middle of its answer";
    return "sent something that is not HTTP (" + error.message() + ")";
}

} // namespace forager::http
