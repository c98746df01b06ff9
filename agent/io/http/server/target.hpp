// The target in a request line, taken apart and decoded. Used by the request parser. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::http {

struct Target {
    std::string path;
    std::vector<std::string> segments; ///< what stands between the slashes that were not encoded; none for "*"
    std::vector<std::pair<std::string, std::string>> query;
    bool operator==(const Target&) const = default;
};

/// "/path?query", "http://host/path?query" or "*". Nothing when it is none of these, or when a part does not decode to
/// UTF-8 without NUL. A path is taken apart before it is decoded (RFC 3986, 2.2). Dots in the path are left to the
/// handler, which must not take it for a file's.
std::optional<Target> parse_target(std::string_view text);

} // namespace forager::http
