// A request as the server hands it to its handler: complete, within the limits, decoded.
#pragma once

#include "io/http/headers.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::http {

struct ServedRequest {
    std::string method;                ///< as it came: GET, or any other token
    std::string path;                  ///< decoded UTF-8, begins with '/'; or "*"
    std::vector<std::string> segments; ///< of the path, each decoded: in one, an encoded '/' is a letter as any other
    std::vector<std::pair<std::string, std::string>> query; ///< decoded, in its order
    Headers headers;                                        ///< names in lower case
    std::string body;
    std::string peer;         ///< "127.0.0.1:1234" or "local socket"
    std::optional<uid_t> uid; ///< whose process it is, on a local socket

    ServedRequest() = default;

    /// The first value of this name in the query, or a null pointer.
    const std::string* parameter(std::string_view name) const
    {
        for (const auto& [key, value] : query)
            if (key == name)
                return &value;
        return nullptr;
    }
};

} // namespace forager::http
