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
    std::vector<std::pair<std::string, std::string>> query;
    bool operator==(const Target&) const = default;
};

/// "/path?query", "http://host/path?query" or "*". Nothing when it is none of these, or when a part does not decode to
/// UTF-8 without NUL. Dots in the path are left to the handler, which must not take it for a file's.
std::optional<Target> parse_target(std::string_view text);

} // namespace forager::http
