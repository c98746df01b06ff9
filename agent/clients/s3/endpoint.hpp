// Where a store listens, and how its buckets and objects are addressed there. Pure.
#pragma once

#include "core/failure.hpp"
#include "io/url.hpp"

#include <string>
#include <string_view>

namespace forager::s3 {

class Endpoint {
public:
    /// `text`: "HOST", "HOST:PORT", "[::1]:PORT" or a URL of http:// or https://, which says by itself whether it is
    /// `tls`. `path_style`: the bucket stands in the path, not in the host's name. Failures: bad_arguments.
    static Result<Endpoint> parse(std::string_view text, bool tls, bool path_style);

    /// As the Host header of a request about this bucket has it.
    std::string host(std::string_view bucket) const;

    /// Encoded; both may be empty.
    std::string path(std::string_view bucket, std::string_view key) const;

    /// The whole address of that path, without a query.
    std::string url(std::string_view bucket, std::string_view key) const;

    /// For messages.
    std::string shown() const { return base_.authority(); }

private:
    Url base_; // its target without a slash at the end
    bool path_style_ = true;
};

} // namespace forager::s3
