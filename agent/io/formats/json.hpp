// JSON text from and to values. Integers and other numbers stay apart both ways, members keep their order.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace forager {

/// How deep lists and tables may be nested in text that comes in or goes out for scripts.
inline constexpr std::size_t deepest_nesting = 200;

/// Reads exactly one JSON document. Integers beyond 64 bits become other numbers; of a repeated name the last value
/// counts, at the first one's place. The failure (`bad_arguments`) names line and column.
Result<Value> parse_json(std::string_view text, std::size_t nesting = deepest_nesting);

/// The same for the first document of a text that may hold more.
Result<Value> parse_first_json(std::string_view text, std::size_t nesting = deepest_nesting);

/// One line. Text that is not UTF-8 is marked as `{"$base64": …}` (a name of a member as "$base64:…"); a number that is
/// not finite becomes null, as JSON has no word for it.
std::string to_json(const Value& value);

/// The same over several lines, indented by two spaces, without a line break at the end.
std::string to_pretty_json(const Value& value);

/// Makes bytes again of what `to_json` marked; what only looks like a mark stays.
void unmark_bytes(Value& value);

/// As `to_json`, but refuses (`bad_arguments`) numbers that are not finite and endless nesting, naming their path:
/// "result.list[2]" when `name` is "result". Places in lists count from 1, as in scripts.
Result<std::string> encode_json(const Value& value, std::string_view name = "value", bool pretty = false);

} // namespace forager
