// The beginning of a file of age: for whom it is, and the file's own key, hidden for each of them. Used by this folder
// alone. Pure.
#pragma once

#include "core/failure.hpp"
#include "io/formats/age/age.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forager::age {

inline constexpr std::size_t file_key_size = 16;

std::string header_for(const std::vector<std::string>& recipients, std::string_view file_key);

struct Header {
    std::size_t size = 0; ///< bytes that it takes
    std::string file_key;
};

/// Nothing: more bytes are needed. Failures: refused (none, too long, changed, for nobody of us).
Result<std::optional<Header>> read_header(std::string_view bytes, const Keys& keys);

Failure not_readable(std::string_view why);

} // namespace forager::age
