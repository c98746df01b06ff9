#include "clients/colonies/types/members.hpp"

#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"

#include <cmath>

namespace forager::colonies {

namespace {

constexpr double two_to_63 = 9223372036854775808.0;

} // namespace

void Reader::fail(const std::string& what)
{
    if (failed())
        return;
    failure_.emplace(Errc::refused,
                     "the colony server sent a record that this version cannot read: '" + path_ + "' " + what);
    failure_->details = Object{{"member", path_}};
}

void Reader::wrong_type(const Value& value, std::string_view wanted)
{
    fail("has the type " + std::string{value.type_name()} + " instead of " + std::string{wanted});
}

void Reader::take(const Value& value, std::string& field)
{
    if (const auto* text = value.get<std::string>())
        field = *text;
    else
        wrong_type(value, "string");
}

void Reader::take(const Value& value, std::int64_t& field)
{
    if (const auto* integer = value.get<std::int64_t>()) {
        field = *integer;
        return;
    }
    const auto* number = value.get<double>();
    if (number == nullptr || std::trunc(*number) != *number || std::abs(*number) >= two_to_63)
        return wrong_type(value, "integer");
    field = static_cast<std::int64_t>(*number);
}

void Reader::take(const Value& value, double& field)
{
    if (const auto* integer = value.get<std::int64_t>())
        field = static_cast<double>(*integer);
    else if (const auto* number = value.get<double>())
        field = *number;
    else
        wrong_type(value, "number");
}

void Reader::take(const Value& value, bool& field)
{
    if (const auto* truth = value.get<bool>())
        field = *truth;
    else
        wrong_type(value, "boolean");
}

void Reader::take(const Value& value, Array& field)
{
    if (const auto* list = value.get<Array>())
        field = *list;
    else
        wrong_type(value, "list");
}

void Reader::take(const Value& value, Object& field)
{
    if (const auto* object = value.get<Object>())
        field = *object;
    else
        wrong_type(value, "table");
}

void Reader::take(const Value& value, std::optional<WallTime>& field)
{
    std::string text;
    take(value, text);
    const auto read = failed() ? std::nullopt : parse_time(text);
    if (read)
        field = read->time;
    else
        fail("is no time");
}

void Reader::bytes(std::string_view name, std::string& field)
{
    visit(name, [&](const Value& value) {
        std::string text;
        take(value, text);
        auto decoded = from_base64(text);
        if (decoded.has_value())
            field = std::move(*decoded);
        else
            fail("is not in base64");
    });
}

Value Reader::parsed(const Value& value)
{
    std::string text;
    take(value, text);
    if (failed() || text.empty())
        return {};
    auto inner = parse_json(text);
    if (inner.has_value())
        return std::move(*inner);
    fail("holds no JSON");
    return {};
}

void Writer::bytes(std::string_view name, const std::string& field)
{
    object_.append(std::string{name}, to_base64(field));
}

void Writer::add_json(std::string_view name, const Value& value)
{
    object_.append(std::string{name}, to_json(value));
}

} // namespace forager::colonies
