#include "io/http/redirect.hpp"

#include <utility>

namespace forager::http {

namespace {

bool is_redirection(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool becomes_get(const std::string& method, int status)
{
    // 301 and 302 by the letter keep the method; every browser and curl turn a POST into a GET.
    return (status == 303 && method != "HEAD") || ((status == 301 || status == 302) && method == "POST");
}

void drop_body(Hop& hop)
{
    hop.method = "GET";
    hop.with_body = false;
    for (const char* name : {"content-type", "content-encoding", "content-language", "content-location"})
        hop.headers.remove(name);
}

void drop_secrets(Hop& hop)
{
    for (const char* name : {"authorization", "cookie", "proxy-authorization", "host"})
        hop.headers.remove(name);
}

} // namespace

Result<std::optional<Hop>> follow(const Hop& hop, int status, const std::string* location)
{
    if (!is_redirection(status) || location == nullptr)
        return std::optional<Hop>{};
    auto url = resolve(hop.url, *location);
    if (url.has_error())
        return Failure{Errc::refused, hop.url.peer() + " redirects to a place that cannot be: " + url.error().message};
    const bool same_scheme = url->scheme == hop.url.scheme;
    if (hop.url.scheme == "https" && !same_scheme)
        return Failure{Errc::refused,
                       hop.url.shown() + " redirects to " + url->shown() + ", which is not encrypted: not followed"};
    if (!same_scheme && (url->scheme == "unix" || hop.url.scheme == "unix"))
        return Failure{Errc::refused, hop.url.shown() + " redirects to " + url->shown() + ": not followed"};
    Hop next = hop;
    next.url = std::move(*url);
    if (!next.url.same_origin(hop.url))
        drop_secrets(next);
    if (becomes_get(hop.method, status))
        drop_body(next);
    return std::optional<Hop>{std::move(next)};
}

} // namespace forager::http
