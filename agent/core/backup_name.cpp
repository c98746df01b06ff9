#include "core/backup_name.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <utility>
#include <vector>

namespace forager {

namespace {

constexpr std::string_view file_prefix = "backup_";
constexpr std::string_view encrypted_suffix = ".age";
constexpr std::size_t stamp_length = 20; // "20261129T052635.123Z"
constexpr std::size_t longest_in_file = 80;
constexpr std::chrono::year last_year{2200}; // WallTime counts nanoseconds, and cannot tell many years more
constexpr std::array<std::pair<BackupKind, std::string_view>, 3> kinds = {{
    {BackupKind::database, "postgres"},
    {BackupKind::directory, "directory"},
    {BackupKind::sqlite, "sqlite"},
}};

bool stays(char letter)
{
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_' || letter == '.';
}

char digit(unsigned value)
{
    return "0123456789ABCDEF"[value & 15U];
}

// Into characters that no store, path or address takes for something else; and back.
std::string escaped(std::string_view text)
{
    const bool dots = text == "." || text == "..";
    std::string out;
    for (const char letter : text) {
        if (stays(letter) && !dots) {
            out += letter;
            continue;
        }
        const auto byte = static_cast<unsigned char>(letter);
        out += '~';
        out += digit(byte >> 4U);
        out += digit(byte);
    }
    return out;
}

std::optional<std::string> unescaped(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '~') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size())
            return {};
        const auto high = digits.find(text[i + 1]);
        const auto low = digits.find(text[i + 2]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return {};
        out += static_cast<char>(high << 4U | low);
        i += 2;
    }
    return out;
}

// A path's last part says enough to a person; the folder has all of it.
std::string in_file(const BackupOrigin& origin)
{
    const std::string whole = escaped(origin.kind == BackupKind::database
                                          ? std::string_view{origin.name}
                                          : std::string_view{origin.name}.substr(origin.name.find_last_of('/') + 1));
    return whole.substr(0, longest_in_file);
}

std::string stamp(WallTime time)
{
    std::string text = timestamp(time);
    std::erase(text, '-');
    std::erase(text, ':');
    return text;
}

std::optional<int> number(std::string_view digits)
{
    int value = 0;
    for (const char letter : digits) {
        if (std::isdigit(static_cast<unsigned char>(letter)) == 0)
            return {};
        value = value * 10 + (letter - '0');
    }
    return value;
}

std::optional<WallTime> parse_stamp(std::string_view text)
{
    using namespace std::chrono;
    if (text.size() != stamp_length || text[8] != 'T' || text[15] != '.' || text[19] != 'Z')
        return {};
    std::array<int, 7> parts{};
    constexpr std::array<std::pair<std::size_t, std::size_t>, 7> places = {
        {{0, 4}, {4, 2}, {6, 2}, {9, 2}, {11, 2}, {13, 2}, {16, 3}}};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto value = number(text.substr(places.at(i).first, places.at(i).second));
        if (!value)
            return {};
        parts.at(i) = *value;
    }
    const year_month_day date{year{parts[0]}, month{static_cast<unsigned>(parts[1])},
                              day{static_cast<unsigned>(parts[2])}};
    const bool is_time = parts[3] < 24 && parts[4] < 60 && parts[5] <= 60;
    if (!date.ok() || date.year() > last_year || date.year() < year{1970} || !is_time)
        return {};
    return sys_days{date} + hours{parts[3]} + minutes{parts[4]} + seconds{parts[5]} + milliseconds{parts[6]};
}

std::optional<BackupOrigin> parse_origin(const std::vector<std::string_view>& parts)
{
    const auto kind = std::ranges::find(kinds, parts[1], &std::pair<BackupKind, std::string_view>::second);
    auto place = unescaped(parts[0]);
    auto name = unescaped(parts[2]);
    if (kind == kinds.end() || !place || !name)
        return {};
    return BackupOrigin{kind->first, std::move(*place), std::move(*name)};
}

// "MAKER.SUFFIX", perhaps with ".age".
bool parse_end(std::string_view text, BackupName& name)
{
    name.encrypted = text.ends_with(encrypted_suffix);
    if (name.encrypted)
        text.remove_suffix(encrypted_suffix.size());
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot == 0)
        return false;
    name.maker = text.substr(0, dot);
    name.suffix = text.substr(dot + 1);
    const auto plain = [](unsigned char letter) { return std::isalnum(letter) != 0; };
    return std::ranges::all_of(name.maker, plain) &&
           (name.suffix == "dump" || name.suffix == "tar.gz" || name.suffix == "sqlite");
}

} // namespace

std::string_view name_of(BackupKind kind)
{
    return std::ranges::find(kinds, kind, &std::pair<BackupKind, std::string_view>::first)->second;
}

std::string backup_folder(std::string_view prefix, const BackupOrigin& origin)
{
    std::string folder{prefix};
    if (!folder.empty())
        folder += "/";
    return folder + escaped(origin.place) + "/" + std::string{name_of(origin.kind)} + "/" + escaped(origin.name) + "/";
}

std::string file_name(const BackupName& name)
{
    std::string text{file_prefix};
    text += in_file(name.origin) + "_" + stamp(name.made) + "_" + name.maker + "." + name.suffix;
    if (name.encrypted)
        text += encrypted_suffix;
    return text;
}

std::string key_of(std::string_view prefix, const BackupName& name)
{
    return backup_folder(prefix, name.origin) + file_name(name);
}

std::optional<BackupName> parse_backup_key(std::string_view prefix, std::string_view key)
{
    if (!key.starts_with(prefix))
        return {};
    std::string_view rest = key.substr(prefix.size());
    if (!prefix.empty() && !rest.starts_with('/'))
        return {};
    if (!prefix.empty())
        rest.remove_prefix(1);
    const auto parts = split(rest, '/');
    if (parts.size() != 4)
        return {};
    auto origin = parse_origin(parts);
    if (!origin)
        return {};
    BackupName name;
    name.origin = std::move(*origin);
    const std::string begin = std::string{file_prefix} + in_file(name.origin) + "_";
    std::string_view file = parts[3];
    if (!file.starts_with(begin) || file.size() < begin.size() + stamp_length + 2)
        return {};
    file.remove_prefix(begin.size());
    const auto made = parse_stamp(file.substr(0, stamp_length));
    if (!made || file[stamp_length] != '_' || !parse_end(file.substr(stamp_length + 1), name))
        return {};
    name.made = *made;
    return name;
}

} // namespace forager
