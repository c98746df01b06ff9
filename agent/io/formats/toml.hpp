// TOML text from and to values. The configuration reads through this too, and asks for the place of what it complains
// about.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/formats/place.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// More text than this is refused (`limit`).
inline constexpr std::size_t longest_toml = std::size_t{16} * 1024 * 1024;

struct TomlDocument {
    Value value;                                      ///< a table
    std::map<std::string, Place, std::less<>> places; ///< by path

    /// Where the key or the list's item stands. Paths are as in messages: `s3.buckets[1].name`, with quotes around odd
    /// names: `env["a b"]`, `["a b"].c`.
    std::optional<Place> place_of(std::string_view path) const;
};

/// What is wrong with a text that is not TOML.
using TomlMistake = Mistake;

/// As `parse_toml_document`, whatever the length, for those who say the place in their own way.
boost::system::result<TomlDocument, TomlMistake> read_toml(std::string_view text);

/// Members in the order of the text; dates and times become text in the form of RFC 3339. The failure
/// (`bad_arguments`) names line and column.
Result<TomlDocument> parse_toml_document(std::string_view text);

/// The value of `parse_toml_document` alone.
Result<Value> parse_toml(std::string_view text);

/// Plain members first, then a section for each table. Refused (`bad_arguments`, with the path): anything but a table
/// at the top, and null. Text that is not UTF-8 becomes `{ "$base64" = … }`.
Result<std::string> to_toml(const Value& value);

} // namespace forager
