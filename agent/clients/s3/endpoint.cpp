#include "clients/s3/endpoint.hpp"

#include "io/url.hpp"

#include "clients/s3/text.hpp"

namespace forager::s3 {

Result<Endpoint> Endpoint::parse(std::string_view text, bool tls, bool path_style)
{
    std::string address{text};
    if (address.find("://") == address.npos)
        address.insert(0, tls ? "https://" : "http://");
    auto url = parse_url(address);
    if (url.has_error())
        return Failure{Errc::bad_arguments, "the endpoint of the object store: " + url.error().message};
    if (url->scheme == "unix" || url->userinfo || url->target.find('?') != std::string::npos)
        return Failure{Errc::bad_arguments,
                       "the endpoint of the object store is HOST:PORT, or a URL of http:// or https:// with no user "
                       "and no query: '" +
                           url->shown() + "'"};
    while (url->target.ends_with('/'))
        url->target.pop_back();
    Endpoint endpoint;
    endpoint.base_ = std::move(*url);
    endpoint.path_style_ = path_style;
    return endpoint;
}

std::string Endpoint::host(std::string_view bucket) const
{
    const std::string authority = base_.authority();
    return path_style_ || bucket.empty() ? authority : std::string{bucket} + "." + authority;
}

std::string Endpoint::path(std::string_view bucket, std::string_view key) const
{
    std::string path = base_.target;
    const bool names_bucket = path_style_ && !bucket.empty();
    if (names_bucket)
        path.append("/").append(percent_encoded(bucket));
    if (!names_bucket || !key.empty())
        path.append("/").append(encoded_key(key));
    return path;
}

std::string Endpoint::url(std::string_view bucket, std::string_view key) const
{
    return base_.scheme + "://" + host(bucket) + path(bucket, key);
}

} // namespace forager::s3
