// YAML text from and to values, with the scalars of YAML 1.2: only true and false are booleans, and what is quoted is
// text.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// Reads one document; an empty text is null. Aliases are filled in and merge keys (`<<`) merged, names of members
/// become text. Refused (`bad_arguments`, with line and column): broken text, a name that stands twice, more than one
/// document, nesting beyond 200 levels, more than 1,000,000 values once the aliases are filled in.
Result<Value> parse_yaml(std::string_view text);

/// Reads all documents of the text, none for an empty one. Fails as `parse_yaml` does.
Result<std::vector<Value>> parse_all_yaml(std::string_view text);

/// Block style with a line break at the end. Text that would read back as something else is quoted; what is not UTF-8
/// becomes `!!binary`. Reads back as the same value.
std::string to_yaml(const Value& value);

} // namespace forager
