#include "io/http/server/request_parser.hpp"

#include "io/http/answer.hpp"
#include "io/http/server/target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace forager::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

// "0\r\n\r\n": what is left of chunks is never less.
constexpr std::size_t shortest_end_of_chunks = 5;

Refusal refusal_for(const error_code& error, bool in_request_line)
{
    if (error == beast::http::error::header_limit && in_request_line)
        return {414, "the request line is longer than 64 KB"};
    if (error == beast::http::error::header_limit)
        return {431, "the request has more than 64 KB or 256 fields of headers"};
    if (error == beast::http::error::body_limit)
        return {413, "the body of the request is larger than this agent takes"};
    return {400, "this is not a request in HTTP/1.1 (" + error.message() + ")"};
}

// Two who disagree about where a request ends can be made to see different requests: only the plain form is taken.
std::optional<Refusal> check_framing(const Headers& headers, int version)
{
    const auto codings = headers.all("transfer-encoding");
    if (codings.empty())
        return std::nullopt;
    if (version < 11)
        return Refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
    if (codings.size() > 1 || !same_name(codings.front(), "chunked"))
        return Refusal{501, "the only Transfer-Encoding that is understood is chunked"};
    return std::nullopt;
}

std::optional<Refusal> check_head(const Headers& headers, int version)
{
    if (version >= 11 && headers.all("host").size() != 1)
        return Refusal{400, "a request in HTTP/1.1 has one Host header"};
    if (const std::string* expected = headers.find("expect"); expected && !same_name(*expected, "100-continue"))
        return Refusal{417, "the only expectation that is understood is 100-continue"};
    return check_framing(headers, version);
}

} // namespace

class RequestParser::Parser final : public beast::http::basic_parser<true> {
public:
    ServedRequest request;
    std::string target;
    int version = 0; ///< 10 or 11; 0 before the request line was read

    std::optional<Refusal> finish_head()
    {
        if (auto refusal = check_head(request.headers, version))
            return refusal;
        auto decoded = http::parse_target(target);
        if (!decoded)
            return Refusal{400, "the path or the query of the request cannot be decoded"};
        request.path = std::move(decoded->path);
        request.segments = std::move(decoded->segments);
        request.query = std::move(decoded->query);
        return std::nullopt;
    }

private:
    using Text = beast::string_view;

    void on_request_impl(beast::http::verb, Text method, Text text, int number, error_code&) override
    {
        request.method.assign(method.data(), method.size());
        target.assign(text.data(), text.size());
        version = number;
    }

    void on_response_impl(int, Text, int, error_code&) override {}

    void on_field_impl(beast::http::field, Text name, Text value, error_code& error) override
    {
        bytes_ += name.size() + value.size();
        if (++fields_ > header_count_limit || bytes_ > head_limit)
            error = beast::http::error::header_limit;
        else if (!is_header_done()) // what follows the chunks is not part of the head
            request.headers.add(lower_case({name.data(), name.size()}), std::string{value.data(), value.size()});
    }

    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

    std::size_t on_body_impl(Text bytes, error_code&) override
    {
        request.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& error) override
    {
        return on_body_impl(bytes, error);
    }

    void on_finish_impl(error_code&) override {}

    std::size_t fields_ = 0;
    std::size_t bytes_ = 0;
};

RequestParser::RequestParser(std::size_t body_limit) : parser_{std::make_unique<Parser>()}
{
    parser_->header_limit(head_limit);
    parser_->body_limit(body_limit);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes)
{
    std::size_t used = 0;
    while (!started_ && bytes.substr(used).starts_with("\r\n")) // some clients end a body with one too many
        used += 2;
    bool going = started_ || bytes.substr(used) != "\r";
    while (going && !refusal_ && !is_complete() && !must_wait(bytes.size() - used))
        going = step(bytes.substr(used), used);
    return used;
}

// Beast asserts that the end of the chunks does not trickle in.
bool RequestParser::must_wait(std::size_t available) const
{
    const bool in_chunks = has_head() && parser_->chunked();
    return available < (in_chunks ? shortest_end_of_chunks : 1);
}

bool RequestParser::step(std::string_view bytes, std::size_t& used)
{
    started_ = true;
    const bool in_head = !has_head();
    error_code error;
    used += parser_->put(boost::asio::buffer(bytes), error);
    if (error == beast::http::error::need_more)
        return false;
    if (error)
        refusal_ = refusal_for(error, parser_->version == 0);
    else if (in_head && has_head())
        refusal_ = parser_->finish_head();
    return true;
}

bool RequestParser::has_head() const
{
    return parser_->is_header_done();
}

bool RequestParser::is_complete() const
{
    return parser_->is_done();
}

std::size_t RequestParser::body_size() const
{
    return parser_->request.body.size();
}

bool RequestParser::is_http_1_0() const
{
    return parser_->version < 11;
}

bool RequestParser::keeps_connection() const
{
    return parser_->keep_alive();
}

bool RequestParser::expects_continue() const
{
    return !is_http_1_0() && parser_->request.headers.find("expect") != nullptr;
}

ServedRequest RequestParser::take()
{
    return std::move(parser_->request);
}

} // namespace forager::http
