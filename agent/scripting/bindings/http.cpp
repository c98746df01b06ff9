// HTTP requests.
#include "scripting/bindings/bindings.hpp"

#include "primitives/http.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

void add_headers(http::Headers& headers, const Value& given)
{
    const auto* fields = given.get<Object>();
    if (fields == nullptr)
        return;
    for (const Member& field : *fields) {
        if (const auto* text = field.value.get<std::string>())
            headers.add(field.name, *text);
        else if (const auto* values = field.value.get<Array>())
            for (const Value& value : *values)
                headers.add(field.name, *value.get<std::string>());
    }
}

Result<HttpRequest> request_of(const Value& given)
{
    HttpRequest request;
    request.method = text_option(given, "method");
    request.url = text_option(given, "url");
    request.body = text_option(given, "body");
    request.from_file = text_option(given, "from_file");
    request.to_file = text_option(given, "to_file");
    if (const Value* json = option(given, "json"))
        request.json = json->get<Array>()->front(); // in a list of one: null is data, too
    if (const Value* headers = option(given, "headers"))
        add_headers(request.headers, *headers);
    if (const auto redirects = whole_option(given, "redirects"))
        request.redirects = static_cast<int>(*redirects);
    if (const auto limit = whole_option(given, "limit"))
        request.body_limit = static_cast<std::size_t>(*limit);
    request.tls.ca_file = text_option(given, "ca_file");
    request.tls.cert_file = text_option(given, "cert_file");
    request.tls.key_file = text_option(given, "key_file");
    request.tls.verify = flag_option(given, "verify", true);
    auto timeout = duration_option(given, "timeout");
    if (!timeout)
        return timeout.error();
    request.timeout = *timeout;
    return request;
}

// Headers that come several times are one text with commas between, as HTTP says they mean the same.
Object header_table(const http::Headers& headers)
{
    Object table;
    for (const http::Header& header : headers) {
        if (Value* present = table.find(header.name))
            *present = *present->get<std::string>() + ", " + header.value;
        else
            table.append(header.name, header.value);
    }
    return table;
}

asio::awaitable<Outcome> http_request(Request request)
{
    auto wanted = request_of(request.arg(0));
    if (!wanted)
        co_return wanted.error();
    auto response = co_await request_http(request.script.world().http, std::move(*wanted));
    if (!response)
        co_return response.error();
    co_return Outputs{Value{Object{{"status", response->status},
                                   {"reason", std::move(response->reason)},
                                   {"headers", header_table(response->headers)},
                                   {"body", std::move(response->body)},
                                   {"url", std::move(response->url)}}}};
}

constexpr Binding bindings[] = {
    {"http_request", Outside{http_request}, R"({"status":200,"reason":"OK","headers":{},"body":"{}","url":""})"},
};

} // namespace

std::span<const Binding> http_bindings()
{
    return bindings;
}

} // namespace forager::scripting
