#include "primitives/http.hpp"

#include "io/formats/json.hpp"

namespace forager {

namespace asio = boost::asio;

namespace {

Result<void> add_json(HttpRequest& request)
{
    if (!request.body.empty() || !request.from_file.empty())
        return Failure{Errc::bad_arguments, "a request has one body: json, body or from_file"};
    auto text = encode_json(*request.json, "json");
    if (text.has_error())
        return text.error();
    request.body = std::move(*text);
    if (request.headers.find("content-type") == nullptr)
        request.headers.add("Content-Type", "application/json");
    return {};
}

} // namespace

Result<Value> HttpResponse::json() const
{
    auto value = parse_json(body);
    if (value.has_error())
        return Failure{Errc::bad_arguments, "the answer of " + url.substr(0, url.find('?')) + " (status " +
                                                std::to_string(status) + ") is not JSON: " + value.error().message};
    return value;
}

asio::awaitable<Result<HttpResponse>> request_http(http::Client& client, HttpRequest request)
{
    if (request.json) {
        auto added = add_json(request);
        if (added.has_error())
            co_return added.error();
    }
    http::Request plain = std::move(request);
    auto response = co_await client.send(std::move(plain));
    if (response.has_error())
        co_return response.error();
    co_return HttpResponse{std::move(*response)};
}

} // namespace forager
