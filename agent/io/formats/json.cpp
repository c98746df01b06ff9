#include "io/formats/json.hpp"

#include "base/text.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/object_builder.hpp"
#include "io/formats/places.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace forager {

namespace {

namespace json = boost::json;

// A list or a table whose end has not been seen yet.
struct Level {
    bool is_list = false;
    Array items;
    ObjectBuilder members;
    std::string name;
};

enum class Repeats { last_counts, refused };

// Receives the events of the parser; the names of its members are the parser's.
class ValueHandler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit ValueHandler(Repeats repeats) : repeats_{repeats} {}

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_array_begin(json::error_code&) { return open(true); }
    bool on_array_end(std::size_t, json::error_code&) { return close(Value{std::move(levels_.back().items)}); }
    bool on_object_begin(json::error_code&) { return open(false); }
    bool on_object_end(std::size_t, json::error_code&) { return close(Value{levels_.back().members.take()}); }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return collect(part); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return collect(part); }
    bool on_number_part(json::string_view part, json::error_code&) { return collect(part); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }
    bool on_bool(bool value, json::error_code&) { return add(value); }
    bool on_null(json::error_code&) { return add({}); }

    bool on_string(json::string_view part, std::size_t, json::error_code&)
    {
        return collect(part) && add(std::exchange(collected_, {}));
    }

    bool on_key(json::string_view part, std::size_t, json::error_code& error)
    {
        collect(part);
        Level& level = levels_.back();
        level.name = std::exchange(collected_, {});
        is_repeated_ = repeats_ == Repeats::refused && level.members.has(level.name);
        if (is_repeated_)
            error = json::make_error_code(json::error::syntax);
        return !is_repeated_;
    }

    // The parser's own number is ignored: it rounds some of them wrongly.
    bool on_int64(std::int64_t, json::string_view part, json::error_code& error) { return on_number(part, error); }
    bool on_uint64(std::uint64_t, json::string_view part, json::error_code& error) { return on_number(part, error); }
    bool on_double(double, json::string_view part, json::error_code& error) { return on_number(part, error); }

    Value take() { return std::move(root_); }

    /// The name that was refused since it stood there already.
    std::optional<std::string> repeated() const
    {
        return is_repeated_ ? std::optional{levels_.back().name} : std::nullopt;
    }

    /// What is open at the moment, innermost; empty at the top.
    std::string_view inside() const
    {
        if (levels_.empty())
            return {};
        return levels_.back().is_list ? "list" : "table";
    }

private:
    bool open(bool is_list)
    {
        levels_.emplace_back().is_list = is_list;
        return true;
    }

    bool close(Value value)
    {
        levels_.pop_back();
        return add(std::move(value));
    }

    bool collect(json::string_view part)
    {
        collected_.append(part.data(), part.size());
        return true;
    }

    bool on_number(json::string_view part, json::error_code& error)
    {
        collect(part);
        const std::optional<Value> number = number_from(std::exchange(collected_, {}));
        if (!number)
            error = json::make_error_code(json::error::exponent_overflow);
        return number && add(*number);
    }

    bool add(Value value)
    {
        if (levels_.empty())
            root_ = std::move(value);
        else if (levels_.back().is_list)
            levels_.back().items.push_back(std::move(value));
        else
            *levels_.back().members.place(std::move(levels_.back().name)).first = std::move(value);
        return true;
    }

    Repeats repeats_;
    bool is_repeated_ = false;
    Value root_;
    std::vector<Level> levels_;
    std::string collected_;
};

std::string character_at(std::string_view text, std::size_t offset)
{
    const auto byte = static_cast<unsigned char>(text[offset]);
    if (byte == '\n' || byte == '\r')
        return "a line break";
    if (byte < 0x20 || byte == 0x7F)
        return "a control character";
    std::size_t end = offset + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        ++end;
    return "'" + std::string{text.substr(offset, end - offset)} + "'";
}

std::string unexpected(std::string_view text, std::size_t offset, std::string_view inside)
{
    if (offset >= text.size()) {
        const std::string where = inside.empty() ? "before the value is complete" : "inside a " + std::string{inside};
        return "the text ends " + where + ".";
    }
    return character_at(text, offset) + " is not expected here" +
           (inside.empty() ? "." : ", inside a " + std::string{inside} + ".");
}

std::string reason(const json::error_code& error, std::string_view text, std::size_t offset, std::string_view inside)
{
    switch (static_cast<json::error>(error.value())) {
    case json::error::too_deep:
        return "lists and tables are nested deeper than " + std::to_string(deepest_nesting) + " levels.";
    case json::error::exponent_overflow: return "this number is too large.";
    case json::error::illegal_leading_surrogate:
    case json::error::illegal_trailing_surrogate:
    case json::error::expected_utf16_escape:
        return "this \\u escape is one half of a pair whose other half is missing.";
    case json::error::expected_hex_digit: return "a \\u escape needs four hexadecimal digits.";
    default: return unexpected(text, offset, inside);
    }
}

Mistake bad_json(std::string_view text, std::size_t offset, const std::string& why)
{
    return {place_at(text, offset), why};
}

Failure failure_of(const Mistake& mistake)
{
    const std::string place = mistake.place == Place{} ? "" : to_text(mistake.place) + ": ";
    return {Errc::bad_arguments, "this is not JSON: " + place + mistake.why};
}

std::optional<Mistake> unreadable(std::string_view text)
{
    if (trimmed(text).empty())
        return Mistake{Place{}, "the text is empty."};
    if (const std::size_t end = utf8_prefix(text); end < text.size())
        return bad_json(text, end, "these bytes are not UTF-8.");
    return std::nullopt;
}

json::parse_options strict(std::size_t nesting)
{
    json::parse_options options;
    options.max_depth = nesting;
    options.allow_invalid_utf8 = true; // checked before, in one go
    return options;
}

// The first document, and where it ended.
boost::system::result<std::pair<Value, std::size_t>, Mistake> parse_start(std::string_view text, std::size_t nesting,
                                                                          Repeats repeats)
{
    if (auto mistake = unreadable(text))
        return *std::move(mistake);
    json::basic_parser<ValueHandler> parser{strict(nesting), repeats};
    json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (const auto name = parser.handler().repeated())
        return bad_json(text, read - name->size() - 1, "the name '" + *name + "' stands twice in one table.");
    if (error)
        return bad_json(text, read, reason(error, text, read, parser.handler().inside()));
    return std::pair{parser.handler().take(), read};
}

boost::system::result<Value, Mistake> parse_whole(std::string_view text, std::size_t nesting, Repeats repeats)
{
    text = without_bom(text);
    auto start = parse_start(text, nesting, repeats);
    if (start.has_error())
        return start.error();
    auto& [value, read] = *start;
    if (read < text.size())
        return bad_json(text, read, character_at(text, read) + " comes after the end of the value.");
    return std::move(value);
}

} // namespace

boost::system::result<Value, Mistake> read_json(std::string_view text, std::size_t nesting)
{
    return parse_whole(text, nesting, Repeats::refused);
}

Result<Value> parse_json(std::string_view text, std::size_t nesting)
{
    auto value = parse_whole(text, nesting, Repeats::last_counts);
    if (value.has_error())
        return failure_of(value.error());
    return *std::move(value);
}

Result<Value> parse_first_json(std::string_view text, std::size_t nesting)
{
    auto start = parse_start(without_bom(text), nesting, Repeats::last_counts);
    if (start.has_error())
        return failure_of(start.error());
    return std::move(start->first);
}

} // namespace forager
