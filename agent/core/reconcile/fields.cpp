#include "core/reconcile/fields.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "core/options.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace forager::reconcile {

Failure mistake(const std::string& path, const std::string& what)
{
    Failure failure{Errc::bad_arguments, path.empty() ? what : path + ": " + what};
    failure.details.append("field", path);
    return failure;
}

std::string member_path(std::string_view path, std::string_view name)
{
    constexpr std::size_t longest = 100;
    std::string shown = printable(name.substr(0, longest));
    return path.empty() ? shown : std::string{path} + "." + shown;
}

std::string item_path(std::string_view path, std::size_t place)
{
    return std::string{path} + "[" + std::to_string(place) + "]";
}

std::string kind_words(const Value& value)
{
    if (value.is_null())
        return "null";
    if (value.get<bool>() != nullptr)
        return "true or false";
    if (value.get<std::string>() != nullptr)
        return "text";
    if (value.get<Array>() != nullptr)
        return "a list";
    return value.get<Object>() != nullptr ? "an object" : "a number";
}

std::string quoted(std::string_view text)
{
    constexpr std::size_t longest = 60;
    return "'" + printable(text.substr(0, longest)) + (text.size() > longest ? "…'" : "'");
}

std::string suggestion(std::string_view word, std::span<const std::string> known)
{
    if (const auto near = nearest(word, known))
        return "did you mean '" + *near + "'?";
    return known.empty() ? "there are none" : "there are only " + listed(known);
}

std::optional<std::string> scalar_text(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return *text;
    if (const auto* whole = value.get<std::int64_t>())
        return std::to_string(*whole);
    if (const auto* flag = value.get<bool>())
        return *flag ? "true" : "false";
    const auto* number = value.get<double>();
    if (number == nullptr)
        return std::nullopt;
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.15g", *number);
    return std::string{text, static_cast<std::size_t>(length)};
}

std::optional<double> number_of(const Value& value)
{
    if (const auto* whole = value.get<std::int64_t>())
        return static_cast<double>(*whole);
    const auto* number = value.get<double>();
    return number == nullptr ? std::nullopt : std::optional{*number};
}

std::optional<std::int64_t> whole_number(const Value& value)
{
    if (const auto* whole = value.get<std::int64_t>())
        return *whole;
    constexpr double exact = 9007199254740992.0; // 2^53
    const auto* number = value.get<double>();
    if (number == nullptr || !(std::abs(*number) <= exact) || *number != std::floor(*number))
        return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

void Reading::refuse(const std::string& path, const std::string& what)
{
    if (!failure)
        failure = mistake(path, what);
}

Fields::Fields(const Object& members, std::string path, Reading& reading)
    : members_{&members}, path_{std::move(path)}, reading_{&reading}
{
}

void Fields::allow(std::span<const std::string_view> names) const
{
    if (reading_->strictness == Strictness::lenient)
        return;
    for (const Member& member : *members_) {
        if (std::ranges::find(names, member.name) != names.end())
            continue;
        const std::vector<std::string> known{names.begin(), names.end()};
        refuse(member.name, "is not known here: " + suggestion(member.name, known));
    }
}

const Value* Fields::find(std::string_view name) const
{
    return option(*members_, name);
}

std::string_view Fields::either(std::string_view one, std::string_view other) const
{
    if (find(one) != nullptr && find(other) != nullptr)
        refuse(other, "says the same as '" + std::string{one} + "': give one of them");
    return find(other) == nullptr ? one : other;
}

void Fields::refuse_kind(std::string_view name, std::string_view wanted) const
{
    const Value* value = find(name);
    refuse(name, "must be " + std::string{wanted} + (value == nullptr ? "" : ", not " + kind_words(*value)));
}

template <class T> const T* Fields::typed(std::string_view name, std::string_view wanted) const
{
    const Value* value = find(name);
    if (value == nullptr)
        return nullptr;
    const T* content = value->get<T>();
    if (content == nullptr)
        refuse_kind(name, wanted);
    return content;
}

std::optional<std::string> Fields::text(std::string_view name) const
{
    const auto* text = typed<std::string>(name, "text");
    if (text == nullptr)
        return std::nullopt;
    if (text->find('\0') != std::string::npos)
        refuse(name, "must not have a byte 0 in it");
    return *text;
}

std::optional<std::int64_t> Fields::whole(std::string_view name, std::int64_t least, std::int64_t most) const
{
    const Value* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    const auto number = whole_number(*value);
    if (number && *number >= least && *number <= most)
        return number;
    const bool is_number = kind_words(*value) == "a number";
    refuse(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                     (is_number ? *scalar_text(*value) : kind_words(*value)));
    return std::nullopt;
}

std::optional<Duration> Fields::duration(std::string_view name, Duration least, Duration most) const
{
    const Value* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    const auto duration = to_duration(*value);
    if (!duration)
        refuse(name, duration.error().message);
    else if (*duration < least || *duration > most)
        refuse(name, "must be from " + forager::to_text(least) + " to " + forager::to_text(most));
    else
        return *duration;
    return std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view name) const
{
    const auto* flag = typed<bool>(name, "true or false");
    return flag == nullptr ? std::nullopt : std::optional{*flag};
}

// A script's empty table may have become either.
template <class T> bool Fields::is_empty(std::string_view name) const
{
    const Value* value = find(name);
    const auto* content = value == nullptr ? nullptr : value->get<T>();
    return content != nullptr && content->empty();
}

std::optional<Fields> Fields::object(std::string_view name) const
{
    if (is_empty<Array>(name))
        return std::nullopt;
    const auto* members = typed<Object>(name, "an object");
    return members == nullptr ? std::nullopt : std::optional{Fields{*members, path(name), *reading_}};
}

const Array* Fields::list(std::string_view name) const
{
    return is_empty<Object>(name) ? nullptr : typed<Array>(name, "a list");
}

} // namespace forager::reconcile
