#include "app/agent/status_page.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace forager {

namespace {

constexpr std::size_t most_rows = 500; // of one table: `forager status` has them all

constexpr std::string_view head =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Forager</title>\n<style>\n"
    "body { font-family: sans-serif; margin: 2em; }\n"
    "table { border-collapse: collapse; }\n"
    "th, td { border-bottom: 1px solid #ccc; padding: 0.2em 1em 0.2em 0; text-align: left; vertical-align: top; }\n"
    "</style>\n</head>\n<body>\n<h1>Forager</h1>\n";

constexpr std::string_view foot = "</body>\n</html>\n";

std::string escaped(std::string_view text)
{
    if (!is_utf8(text))
        return escaped(to_json(Value{std::string{text}})); // as JSON says bytes
    std::string html;
    for (const char letter : text)
        switch (letter) {
        case '&': html += "&amp;"; break;
        case '<': html += "&lt;"; break;
        case '>': html += "&gt;"; break;
        case '"': html += "&quot;"; break;
        case '\'': html += "&#39;"; break;
        default: html += letter;
        }
    return html;
}

// A cell: text as it is, nothing for nothing, data as JSON.
std::string cell(const Value* value)
{
    if (value == nullptr || value->is_null())
        return {};
    const auto* text = value->get<std::string>();
    return escaped(text != nullptr ? *text : to_json(*value));
}

std::string row(std::string_view name, const Value& value)
{
    return "<tr><th>" + escaped(name) + "</th><td>" + cell(&value) + "</td></tr>\n";
}

std::string members_table(const Object& object)
{
    std::string html = "<table>\n";
    for (const Member& member : object)
        html += row(member.name, member.value);
    return html + "</table>\n";
}

// The members of all, in the order in which they are met.
std::vector<std::string> columns_of(const Array& list)
{
    std::vector<std::string> columns;
    for (const Value& one : list)
        if (const auto* object = one.get<Object>())
            for (const Member& member : *object)
                if (std::ranges::find(columns, member.name) == columns.end())
                    columns.push_back(member.name);
    return columns;
}

std::string list_table(const Array& list)
{
    if (list.empty())
        return "<p>none</p>\n";
    const std::vector<std::string> columns = columns_of(list);
    std::string html = "<table>\n<tr>";
    for (const std::string& column : columns)
        html += "<th>" + escaped(column) + "</th>";
    html += "</tr>\n";
    for (std::size_t i = 0; i < std::min(list.size(), most_rows); ++i) {
        html += "<tr>";
        for (const std::string& column : columns)
            html += "<td>" + cell(list[i].get<Object>() == nullptr ? nullptr : list[i].get<Object>()->find(column)) +
                    "</td>";
        html += "</tr>\n";
    }
    html += "</table>\n";
    if (list.size() > most_rows)
        html += "<p>and " + std::to_string(list.size() - most_rows) + " more: see forager status</p>\n";
    return html;
}

} // namespace

std::string status_page(const Object& status)
{
    Object plain;
    std::string sections;
    for (const Member& member : status) {
        const auto* object = member.value.get<Object>();
        const auto* list = member.value.get<Array>();
        if (object == nullptr && list == nullptr)
            plain.append(member.name, member.value);
        else
            sections += "<h2>" + escaped(member.name) + "</h2>\n" +
                        (object != nullptr ? members_table(*object) : list_table(*list));
    }
    return std::string{head} + members_table(plain) + sections + std::string{foot};
}

} // namespace forager
