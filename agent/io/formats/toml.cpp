#include "io/formats/toml.hpp"

#include "base/text.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/paths.hpp"
#include "io/formats/toml_depth.hpp"
#include "io/formats/toml_shield.hpp"

// Its assertions are wrong about characters that its tables know badly (toml_shield.hpp), and these become errors all
// the same. So they are neither checked nor, as NDEBUG would have it, taken for granted.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

namespace forager {

namespace {

std::string text_of(const toml::date& date)
{
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02d", int{date.year}, int{date.month}, int{date.day});
    return buffer.data();
}

std::string text_of(const toml::time& time)
{
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%02d:%02d:%02d", int{time.hour}, int{time.minute}, int{time.second});
    std::string text = buffer.data();
    if (time.nanosecond == 0)
        return text;
    std::snprintf(buffer.data(), buffer.size(), ".%09u", unsigned{time.nanosecond});
    text += buffer.data();
    return text.substr(0, text.find_last_not_of('0') + 1);
}

std::string text_of(const toml::date_time& moment)
{
    const std::string text = text_of(moment.date) + "T" + text_of(moment.time);
    if (!moment.offset)
        return text;
    const int minutes = moment.offset->minutes;
    if (minutes == 0)
        return text + "Z";
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                  std::abs(minutes) % 60);
    return text + buffer.data();
}

Place place_of_source(const toml::source_region& source)
{
    return {source.begin.line, source.begin.column};
}

// Walks the library's tree, which is sorted by name, and brings it into the order of the text.
class Converter {
public:
    TomlDocument convert(const toml::table& table)
    {
        document_.value = from(table, "");
        return std::move(document_);
    }

private:
    struct Entry {
        Place place;
        std::string name;
        const toml::node* node;
    };

    Value from(const toml::table& table, const std::string& path)
    {
        Object object;
        for (const Entry& entry : in_order(table)) {
            std::string below = path + name_step(entry.name);
            if (path.empty() && below.starts_with('.'))
                below.erase(0, 1);
            document_.places.emplace(below, entry.place);
            object.append(entry.name, from(*entry.node, below));
        }
        return object;
    }

    Value from(const toml::array& array, const std::string& path)
    {
        Array items;
        for (const toml::node& node : array) {
            const std::string below = path + index_step(items.size());
            document_.places.emplace(below, place_of_source(node.source()));
            items.push_back(from(node, below));
        }
        return items;
    }

    Value from(const toml::node& node, const std::string& path)
    {
        return node.visit([&](const auto& typed) -> Value {
            if constexpr (toml::is_table<decltype(typed)> || toml::is_array<decltype(typed)>)
                return from(typed, path);
            else if constexpr (toml::is_string<decltype(typed)>)
                return unshielded(typed.get());
            else if constexpr (toml::is_date<decltype(typed)> || toml::is_time<decltype(typed)> ||
                               toml::is_date_time<decltype(typed)>)
                return text_of(typed.get());
            else
                return typed.get();
        });
    }

    static std::vector<Entry> in_order(const toml::table& table)
    {
        std::vector<Entry> entries;
        for (const auto& [key, node] : table)
            entries.push_back({place_of_source(key.source()), unshielded(key.str()), &node});
        std::ranges::sort(entries, {}, [](const Entry& e) { return std::tie(e.place.line, e.place.column); });
        return entries;
    }

    TomlDocument document_;
};

// The library's sentence about the shielded text, as one about the text; it shows some characters as an escape.
std::string readable(std::string_view description)
{
    std::string text = unshielded(description) + ".";
    constexpr std::string_view escape = "\\U0010";
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at))
        text.replace(at, escape.size(), "\\u");
    return text;
}

std::optional<TomlMistake> unreadable(std::string_view text)
{
    if (const std::size_t end = utf8_prefix(text); end < text.size())
        return TomlMistake{place_at(text, end), "these bytes are not UTF-8."};
    if (const auto offset = unshieldable(text))
        return TomlMistake{place_at(text, *offset), "characters of the last private plane cannot be read."};
    if (const auto offset = too_deep_key(text))
        return TomlMistake{place_at(text, *offset),
                           "this key has more than " + std::to_string(most_key_dots) + " dots."};
    return std::nullopt;
}

} // namespace

std::optional<Place> TomlDocument::place_of(std::string_view path) const
{
    const auto found = places.find(path);
    return found == places.end() ? std::nullopt : std::optional{found->second};
}

boost::system::result<TomlDocument, TomlMistake> read_toml(std::string_view text)
{
    text = without_bom(text);
    if (auto mistake = unreadable(text))
        return *std::move(mistake);
    try {
        const toml::table table = toml::parse(shielded(text));
        return Converter{}.convert(table);
    } catch (const toml::parse_error& error) {
        return TomlMistake{place_of_source(error.source()), readable(error.description())};
    }
}

Result<TomlDocument> parse_toml_document(std::string_view text)
{
    if (text.size() > longest_toml)
        return Failure{Errc::limit, "the TOML text has " + bytes_text(text.size()) + "; the most that is read is " +
                                        bytes_text(longest_toml) + "."};
    auto document = read_toml(text);
    if (document)
        return *std::move(document);
    const auto& [place, why] = document.error();
    return Failure{Errc::bad_arguments, "this is not TOML: " + to_text(place) + ": " + why};
}

Result<Value> parse_toml(std::string_view text)
{
    auto document = parse_toml_document(text);
    if (!document)
        return document.error();
    return std::move(document->value);
}

} // namespace forager
