#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/yaml.hpp"
#include "io/formats/yaml_scalars.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace forager {

namespace {

// Longer names need the form with a question mark.
constexpr std::size_t longest_simple_name = 500;

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
}

bool is_plain_character(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view{" .-@+,()=:"}.find(c) != std::string_view::npos;
}

// Older readers take these for booleans.
bool is_old_boolean(std::string text)
{
    constexpr std::array<std::string_view, 6> words = {"y", "n", "yes", "no", "on", "off"};
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return std::ranges::find(words, text) != words.end();
}

// Deliberately narrow: everything doubtful is quoted.
bool can_be_plain(const std::string& text)
{
    return !text.empty() && is_letter(text.front()) && text.back() != ' ' && text.back() != ':' &&
           std::ranges::all_of(text, is_plain_character) && text.find(": ") == std::string::npos &&
           yaml_scalar(text).get<std::string>() != nullptr && !is_old_boolean(text);
}

// Line breaks and marks beyond ASCII that some readers treat specially, as UTF-8 and as their escape.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> special = {{
    {"\x7F", "\\x7f"},
    {"\xC2\x85", "\\u0085"},
    {"\xE2\x80\xA8", "\\u2028"},
    {"\xE2\x80\xA9", "\\u2029"},
    {"\xEF\xBB\xBF", "\\ufeff"},
}};

bool holds_special(std::string_view text)
{
    return std::ranges::any_of(special, [&](const auto& entry) { return text.find(entry.first) != text.npos; });
}

std::string quoted(const std::string& text)
{
    std::string json = to_json(text);
    for (const auto& [character, escape] : special)
        for (std::size_t at = json.find(character); at != std::string::npos; at = json.find(character, at))
            json.replace(at, character.size(), escape);
    return json;
}

// Several lines are shown as they are, unless blanks or odd characters make that uncertain.
bool can_be_block(const std::string& text)
{
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
    return text.find('\n') != std::string::npos && text.front() != '\n' && text.front() != ' ' &&
           text.find(" \n") == std::string::npos && text.back() != ' ' && !std::ranges::any_of(text, is_odd) &&
           !holds_special(text);
}

std::string word_of(double number)
{
    if (std::isnan(number))
        return ".nan";
    if (std::isinf(number))
        return number > 0 ? ".inf" : "-.inf";
    return number_text(number);
}

std::string one_line(const std::string& text)
{
    if (!is_utf8(text))
        return "!!binary \"" + to_base64(text) + '"';
    return can_be_plain(text) ? text : quoted(text);
}

// Each value is written behind what leads to it (a name, a dash), with `depth_` as the indentation of its lines.
class Writer {
public:
    std::string take() { return std::move(text_); }

    void write_document(const Value& value)
    {
        fresh_ = true;
        value.visit(*this);
        if (!text_.ends_with('\n'))
            text_ += '\n';
    }

    void operator()(std::nullptr_t) { word("null"); }
    void operator()(bool value) { word(value ? "true" : "false"); }
    void operator()(std::int64_t value) { word(std::to_string(value)); }
    void operator()(double value) { word(word_of(value)); }

    void operator()(const std::string& text)
    {
        if (is_utf8(text) && can_be_block(text))
            block(text);
        else
            word(one_line(text));
    }

    void operator()(const Array& items)
    {
        if (items.empty())
            return word("[]");
        for (const Value& item : items) {
            begin_line();
            text_ += "-";
            below(item, true);
        }
    }

    void operator()(const Object& members)
    {
        if (members.empty())
            return word("{}");
        for (const Member& member : members) {
            begin_line();
            const std::string name = one_line(member.name);
            if (name.size() > longest_simple_name) {
                text_ += "? " + name;
                fresh_ = false;
                begin_line();
                text_ += ":";
            } else {
                text_ += name + ":";
            }
            below(member.value, false);
        }
    }

private:
    // `on_line`: entries of the value may begin behind the dash.
    void below(const Value& value, bool on_line)
    {
        const bool has_entries = (value.get<Array>() != nullptr && !value.get<Array>()->empty()) ||
                                 (value.get<Object>() != nullptr && !value.get<Object>()->empty());
        ++depth_;
        if (has_entries && on_line)
            text_ += ' ';
        fresh_ = has_entries && on_line;
        value.visit(*this);
        fresh_ = false;
        --depth_;
    }

    void begin_line()
    {
        if (!fresh_) {
            if (!text_.ends_with('\n'))
                text_ += '\n';
            text_.append(depth_ * 2, ' ');
        }
        fresh_ = false;
    }

    void word(const std::string& word)
    {
        if (!text_.empty())
            text_ += ' ';
        text_ += word;
    }

    void block(const std::string& text)
    {
        const std::size_t end = text.find_last_not_of('\n') + 1;
        const std::size_t breaks = text.size() - end;
        word(breaks == 0 ? "|-" : breaks == 1 ? "|" : "|+");
        const std::string_view lines = std::string_view{text}.substr(0, text.size() - (breaks > 0 ? 1 : 0));
        for (const std::string_view line : split(lines, '\n')) {
            text_ += '\n';
            if (!line.empty())
                text_.append(std::max<std::size_t>(depth_, 1) * 2, ' ').append(line);
        }
        text_ += '\n';
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool fresh_ = false; ///< the next entry begins where the text ends
};

} // namespace

std::string to_yaml(const Value& value)
{
    Writer writer;
    writer.write_document(value);
    return writer.take();
}

} // namespace forager
