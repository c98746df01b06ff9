// Where things stand in texts of JSON, YAML and TOML: for those who complain about a document after it was read. Only
// the place that is asked for is looked for, in the text once more; the values come from the readers.
#pragma once

#include "core/value.hpp"
#include "io/formats/json.hpp"
#include "io/formats/place.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace forager {

/// As `parse_json`, for those who say the place in their own way; a name that stands twice in one table is refused.
boost::system::result<Value, Mistake> read_json(std::string_view text, std::size_t nesting = deepest_nesting);

/// As `parse_all_yaml`.
boost::system::result<std::vector<Value>, Mistake> read_all_yaml(std::string_view text);

/// The place of the member's name, or of the item, in a text that could be read; where it does not stand there, that of
/// the innermost thing around it. Paths are as in messages about documents: `spec.volumes[0].source`, items counted
/// from 0, names as they are (`env.a b`) or in quotes (`env["a b"]`).
Place place_in_json(std::string_view text, std::string_view path);

/// `document`: which of several, from 0.
Place place_in_yaml(std::string_view text, std::size_t document, std::string_view path);

Place place_in_toml(std::string_view text, std::string_view path);

} // namespace forager
