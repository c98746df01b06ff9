#include "config/values.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/toml.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace forager::config {

namespace {

std::string lower(std::string text)
{
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

Value flag_from(const std::string& text)
{
    constexpr std::array<std::string_view, 5> yes = {"true", "1", "yes", "on", "t"};
    constexpr std::array<std::string_view, 5> no = {"false", "0", "no", "off", "f"};
    const std::string word = lower(text);
    if (std::ranges::find(yes, word) != yes.end())
        return true;
    return std::ranges::find(no, word) != no.end() ? Value{false} : Value{text};
}

// "a, b", or a list as JSON writes it, for items with a comma in them.
Value list_from(const std::string& text)
{
    if (text.starts_with('['))
        if (auto list = parse_json(text))
            return std::move(*list);
    Array items;
    for (const std::string_view item : split(text, ','))
        items.emplace_back(trimmed(item));
    return items;
}

std::string below(const std::string& folder, const std::string& path)
{
    if (path.empty() || path.starts_with('/'))
        return path;
    return (std::filesystem::path{folder} / path).lexically_normal().string();
}

} // namespace

Value value_from(Kind kind, const std::string& text)
{
    switch (kind) {
    case Kind::flag: return flag_from(text);
    case Kind::number:
    case Kind::duration:
    case Kind::size: return number_from(text).value_or(Value{text});
    case Kind::texts:
    case Kind::paths: return list_from(text);
    case Kind::text:
    case Kind::path:
    case Kind::url:
    case Kind::secret: break;
    }
    return text;
}

Value below(const std::string& folder, Kind kind, Value value)
{
    if (auto* text = value.get<std::string>(); text != nullptr && kind == Kind::path)
        return below(folder, *text);
    auto* items = value.get<Array>();
    if (items == nullptr || kind != Kind::paths)
        return value;
    for (Value& item : *items)
        if (const auto* text = item.get<std::string>())
            item = below(folder, *text);
    return value;
}

std::string shown_wrong(Kind kind, const Value& value)
{
    const std::string type{value.type_name()};
    const std::string kind_only = (type.starts_with('i') ? "an " : "a ") + type;
    if (value.get<Array>() != nullptr && (kind == Kind::texts || kind == Kind::paths))
        return "a list with something else in it";
    if (value.get<Array>() != nullptr || value.get<Object>() != nullptr)
        return kind_only;
    if (kind == Kind::secret || kind == Kind::url)
        return value.get<std::string>() == nullptr ? kind_only : "";
    if (const auto* text = value.get<std::string>())
        return '"' + tail(*text, 80) + '"';
    const auto* number = value.get<double>();
    if (number == nullptr)
        return to_json(value);
    return std::isfinite(*number) ? number_text(*number) : "no finite number";
}

std::string shown_url(std::string_view url)
{
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return std::string{url};
    const std::size_t host = scheme + 3;
    // Passwords are often pasted as they are, with slashes: the last `@` of all is the safe one.
    const std::size_t at = url.rfind('@');
    if (at == std::string_view::npos || at < host)
        return std::string{url};
    return std::string{url.substr(0, host)} + "(hidden)" + std::string{url.substr(at)};
}

std::string duration_text(Duration duration)
{
    using namespace std::chrono_literals;
    struct Unit {
        Duration length;
        const char* name;
    };
    const std::array<Unit, 6> units = {{{24h, "d"}, {1h, "h"}, {1min, "m"}, {1s, "s"}, {1ms, "ms"}, {1us, "us"}}};
    std::string text;
    for (const Unit& unit : units) {
        if (const auto count = duration / unit.length; count > 0)
            text += std::to_string(count) + unit.name;
        duration %= unit.length;
    }
    return text.empty() ? "0s" : text;
}

std::string as_line(const std::string& name, const Value& value)
{
    // What the settings hold is what TOML can say.
    return std::string{trimmed(to_toml(Object{{name, value}}).value())};
}

} // namespace forager::config
