#include "scripting/analysis/literals.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace forager::scripting {

namespace {

using Kind = Known::Kind;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words)
{
    return std::ranges::find(words, word) != words.end();
}

bool fits(const Known& known, std::string_view type)
{
    if (type == "any")
        return true;
    switch (known.kind) {
    case Kind::string:
        return is_one_of(type, {"string", "callee", "bytes"}) || (type == "duration" && parse_duration(known.text));
    case Kind::number: return is_one_of(type, {"number", "integer", "count", "duration", "bytes"});
    case Kind::boolean: return type == "boolean";
    case Kind::table: return type == "table";
    case Kind::function: return is_one_of(type, {"function", "handler"});
    default: return true;
    }
}

bool is_short_line(std::string_view text)
{
    constexpr std::size_t longest = 40;
    return text.size() <= longest && std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' '; });
}

} // namespace

bool literal_fits(const Known& known, std::string_view types)
{
    const auto alternatives = split(types, '|');
    return std::ranges::any_of(alternatives, [&](std::string_view type) { return fits(known, type); });
}

std::string literal_text(const Known& known)
{
    switch (known.kind) {
    case Kind::string: return "a string" + (is_short_line(known.text) ? " ('" + known.text + "')" : "");
    case Kind::number:
        return (known.text.find_first_of(".eEpP") == known.text.npos ? "an integer (" : "a number (") + known.text +
               ")";
    case Kind::boolean: return "a boolean";
    case Kind::table: return "a table";
    case Kind::function: return "a function";
    default: return "another value";
    }
}

} // namespace forager::scripting
