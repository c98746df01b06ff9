#include "io/http/server/caller.hpp"

#include "base/text.hpp"
#include "io/formats/mac.hpp"

namespace forager::http {

namespace {

std::string_view without_port(std::string_view host)
{
    if (host.starts_with('['))
        return host.substr(0, host.find(']') == host.npos ? host.npos : host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

// "http://localhost:3000" → "localhost:3000"; "null" stays what it is, which is no loopback name.
std::string_view host_of_origin(std::string_view origin)
{
    const std::size_t scheme = origin.find("://");
    return scheme == origin.npos ? origin : origin.substr(scheme + 3);
}

} // namespace

std::optional<std::string> bearer_token(const Headers& headers)
{
    constexpr std::string_view scheme = "bearer ";
    const std::string* value = headers.find("Authorization");
    if (value == nullptr || !lower_case(*value).starts_with(scheme))
        return std::nullopt;
    return std::string{trimmed(std::string_view{*value}.substr(scheme.size()))};
}

bool shows_token(const Headers& headers, const Secret& token)
{
    const auto shown = bearer_token(headers);
    return shown && same_secret(*shown, token.reveal());
}

bool is_loopback_name(std::string_view host)
{
    const std::string name = lower_case(without_port(host));
    return name == "localhost" || name == "[::1]" ||
           (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos);
}

bool is_meant_for_loopback(const Headers& headers)
{
    const std::string* host = headers.find("Host"); // HTTP/1.0 has none, and no browser speaks it
    const std::string* origin = headers.find("Origin");
    const std::string* site = headers.find("Sec-Fetch-Site");
    return (host == nullptr || is_loopback_name(*host)) &&
           (origin == nullptr || is_loopback_name(host_of_origin(*origin))) &&
           (site == nullptr || lower_case(*site) != "cross-site");
}

} // namespace forager::http
