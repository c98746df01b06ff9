#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/paths.hpp"
#include "io/formats/toml.hpp"

#include <algorithm>
#include <cmath>

namespace forager {

namespace {

bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// JSON's escapes are TOML's as well, but TOML asks for one more.
std::string quoted(std::string_view text)
{
    std::string json = to_json(text);
    for (std::size_t at = json.find('\x7F'); at != std::string::npos; at = json.find('\x7F', at))
        json.replace(at, 1, "\\u007f");
    return json;
}

std::string key_text(const std::string& name)
{
    if (!name.empty() && std::ranges::all_of(name, is_bare))
        return name;
    return quoted(is_utf8(name) ? name : "$base64:" + to_base64(name));
}

// A value behind its key, on one line.
class Inline {
public:
    std::string take() { return std::move(text_); }

    void operator()(std::nullptr_t) {} // refused before
    void operator()(bool value) { text_ += value ? "true" : "false"; }
    void operator()(std::int64_t value) { text_ += std::to_string(value); }
    void operator()(double value) { text_ += std::isnan(value) ? "nan" : infinite_or_number(value); }

    void operator()(const std::string& text)
    {
        text_ += is_utf8(text) ? quoted(text) : "{ \"$base64\" = \"" + to_base64(text) + "\" }";
    }

    void operator()(const Array& items)
    {
        text_ += '[';
        for (const Value& item : items) {
            if (&item != &items.front())
                text_ += ", ";
            item.visit(*this);
        }
        text_ += ']';
    }

    void operator()(const Object& members)
    {
        text_ += '{';
        for (const Member& member : members) {
            text_ += &member == members.begin() ? " " : ", ";
            text_ += key_text(member.name) + " = ";
            member.value.visit(*this);
        }
        text_ += members.empty() ? "}" : " }";
    }

private:
    static std::string infinite_or_number(double value)
    {
        return std::isfinite(value) ? number_text(value) : value > 0 ? "inf" : "-inf";
    }

    std::string text_;
};

bool is_list_of_tables(const Value& value)
{
    const auto* items = value.get<Array>();
    return items != nullptr && !items->empty() &&
           std::ranges::all_of(*items, [](const Value& item) { return item.get<Object>() != nullptr; });
}

bool has_section(const Value& value)
{
    return value.get<Object>() != nullptr || is_list_of_tables(value);
}

class Writer {
public:
    std::string take() { return std::move(text_); }

    void write(const Object& table, const std::string& path)
    {
        for (const Member& member : table)
            if (!has_section(member.value))
                write_line(member);
        for (const Member& member : table)
            if (has_section(member.value))
                write_sections(member.value, path.empty() ? key_text(member.name) : path + "." + key_text(member.name));
    }

private:
    void write_line(const Member& member)
    {
        Inline line;
        member.value.visit(line);
        text_ += key_text(member.name) + " = " + line.take() + "\n";
    }

    void write_sections(const Value& value, const std::string& path)
    {
        if (const auto* table = value.get<Object>())
            return write_section("[" + path + "]", *table, path);
        for (const Value& item : *value.get<Array>())
            write_section("[[" + path + "]]", *item.get<Object>(), path);
    }

    void write_section(const std::string& header, const Object& table, const std::string& path)
    {
        text_ += (text_.empty() ? "" : "\n") + header + "\n";
        write(table, path);
    }

    std::string text_;
};

std::optional<std::string> path_of_null(const Value& value, const std::string& path)
{
    if (value.is_null())
        return path;
    if (const auto* items = value.get<Array>())
        for (std::size_t i = 0; i < items->size(); ++i)
            if (auto found = path_of_null((*items)[i], path + index_step(i)))
                return found;
    if (const auto* members = value.get<Object>())
        for (const Member& member : *members)
            if (auto found = path_of_null(member.value, path + name_step(member.name)))
                return found;
    return std::nullopt;
}

} // namespace

Result<std::string> to_toml(const Value& value)
{
    const auto* table = value.get<Object>();
    if (table == nullptr)
        return Failure{Errc::bad_arguments,
                       "TOML needs a table at the top, and this is a " + std::string{value.type_name()} + "."};
    if (const auto path = path_of_null(value, "value"))
        return Failure{Errc::bad_arguments, *path + " is null, which TOML cannot say; leave it out."};
    Writer writer;
    writer.write(*table, "");
    return writer.take();
}

} // namespace forager
