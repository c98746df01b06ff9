#include "core/options.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <cstdio>

namespace forager {

namespace {

std::string kind_of(const Value& value)
{
    const std::string kind{value.type_name()};
    return (kind.starts_with('i') ? "an " : "a ") + kind;
}

template <class T>
Result<std::optional<T>> typed(const Object& options, std::string_view name, const std::string& wanted)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return std::optional<T>{};
    if (const T* content = value->get<T>())
        return std::optional{*content};
    return Failure{Errc::bad_arguments, "'" + std::string{name} + "' must be " + wanted + ", not " + kind_of(*value)};
}

std::string shown(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return "'" + tail(*text, 80) + "'";
    if (const auto* whole = value.get<std::int64_t>())
        return std::to_string(*whole);
    const auto* number = value.get<double>();
    if (number == nullptr)
        return kind_of(value);
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.15g", *number);
    return {text, static_cast<std::size_t>(length)};
}

std::optional<Duration> read_duration(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return parse_duration(*text);
    if (const auto* whole = value.get<std::int64_t>())
        return duration_from_seconds(static_cast<double>(*whole));
    if (const auto* seconds = value.get<double>())
        return duration_from_seconds(*seconds);
    return std::nullopt;
}

} // namespace

const Value* option(const Object& options, std::string_view name)
{
    const Value* value = options.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::optional<std::string>> text_option(const Object& options, std::string_view name)
{
    return typed<std::string>(options, name, "a string");
}

Result<std::optional<std::int64_t>> whole_option(const Object& options, std::string_view name)
{
    return typed<std::int64_t>(options, name, "a whole number");
}

Result<bool> flag_option(const Object& options, std::string_view name, bool fallback)
{
    const auto flag = typed<bool>(options, name, "a boolean");
    if (!flag)
        return flag.error();
    return flag->value_or(fallback);
}

Result<Duration> to_duration(const Value& value)
{
    if (const auto duration = read_duration(value))
        return *duration;
    return Failure{Errc::bad_arguments,
                   shown(value) + R"( is not a duration: write "250ms", "1.5s", "1h30m", "2d" or a number of seconds)"};
}

Result<std::optional<Duration>> duration_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return std::optional<Duration>{};
    const auto duration = to_duration(*value);
    if (!duration)
        return Failure{Errc::bad_arguments, "'" + std::string{name} + "': " + duration.error().message};
    return std::optional{*duration};
}

} // namespace forager
