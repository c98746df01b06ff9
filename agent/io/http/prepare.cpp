#include "io/http/prepare.hpp"

#include "io/formats/base64.hpp"

#include <utility>

namespace forager::http {

namespace {

Failure wrong(std::string message)
{
    return {Errc::bad_arguments, std::move(message)};
}

Result<void> check_header(const Header& header)
{
    // The value may be a secret: only the name is shown, and only when it is one.
    if (!is_token(header.name))
        return wrong("a header's name may hold letters, digits and '-', and must not be empty");
    if (!is_header_value(header.value))
        return wrong("the header '" + header.name + "' holds a line break or another control character");
    if (same_name(header.name, "content-length") || same_name(header.name, "transfer-encoding"))
        return wrong("the header '" + header.name + "' follows from the body and cannot be set");
    return {};
}

Result<void> check(const Request& request)
{
    if (!is_token(request.method))
        return wrong("the method of a request is a word such as GET");
    if (same_name(request.method, "CONNECT"))
        return wrong("the method CONNECT is for proxies, which are not supported");
    if ((!request.body.empty() || request.kept_body) && !request.from_file.empty())
        return wrong("a request has one body: text or a file, not both");
    for (const Header& header : request.headers) {
        auto checked = check_header(header);
        if (checked.has_error())
            return checked;
    }
    return {};
}

bool usually_has_body(std::string_view method)
{
    return method == "POST" || method == "PUT" || method == "PATCH";
}

} // namespace

Result<Hop> prepare(const Request& request)
{
    auto checked = check(request);
    if (checked.has_error())
        return checked.error();
    auto url = parse_url(request.url);
    if (url.has_error())
        return url.error();
    Hop hop;
    hop.method = request.method;
    hop.headers = request.headers;
    hop.url = std::move(*url);
    hop.with_body =
        !request.body.empty() || request.kept_body || !request.from_file.empty() || usually_has_body(request.method);
    return hop;
}

std::string head_text(const Hop& hop, std::optional<std::uint64_t> length, std::string_view user_agent)
{
    std::string text = hop.method + " " + hop.url.target + " HTTP/1.1\r\n";
    const auto add = [&](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    const auto add_default = [&](std::string_view name, std::string_view value) {
        if (hop.headers.find(name) == nullptr)
            add(name, value);
    };
    add_default("Host", hop.url.authority());
    add_default("User-Agent", user_agent);
    add_default("Accept", "*/*");
    if (hop.url.userinfo)
        add_default("Authorization", "Basic " + to_base64(*hop.url.userinfo));
    for (const Header& header : hop.headers)
        add(header.name, header.value);
    if (length)
        add("Content-Length", std::to_string(*length));
    return text + "\r\n";
}

bool is_idempotent(std::string_view method)
{
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS" ||
           method == "TRACE";
}

} // namespace forager::http
