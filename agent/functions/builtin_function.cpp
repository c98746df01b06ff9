#include "functions/builtin_function.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <algorithm>

namespace forager {

namespace {

Failure wrong_type(std::string_view name, std::string_view wanted, const Value& given)
{
    return invalid_argument(": '" + std::string{name} + "' must be " + std::string{wanted} + ", not a " +
                            std::string{given.type_name()});
}

} // namespace

Result<std::optional<std::string>> text_argument(const Object& kwargs, std::string_view name)
{
    const Value* value = kwargs.find(name);
    if (value == nullptr || value->is_null())
        return std::optional<std::string>{};
    if (const auto* text = value->get<std::string>())
        return std::optional{*text};
    return wrong_type(name, "a string", *value);
}

Result<std::optional<Duration>> duration_argument(const Object& kwargs, std::string_view name)
{
    const Value* value = kwargs.find(name);
    if (value == nullptr || value->is_null())
        return std::optional<Duration>{};
    std::optional<Duration> duration;
    if (const auto* text = value->get<std::string>())
        duration = parse_duration(*text);
    else if (const auto* seconds = value->get<double>())
        duration = duration_from_seconds(*seconds);
    else if (const auto* whole = value->get<std::int64_t>())
        duration = duration_from_seconds(static_cast<double>(*whole));
    if (duration)
        return duration;
    return wrong_type(name, R"(a duration ("90s", or a number of seconds))", *value);
}

Result<bool> flag_argument(const Object& kwargs, std::string_view name, bool fallback)
{
    const Value* value = kwargs.find(name);
    if (value == nullptr || value->is_null())
        return fallback;
    if (const bool* flag = value->get<bool>())
        return *flag;
    return wrong_type(name, "a boolean", *value);
}

Result<void> only_arguments(const Object& kwargs, std::span<const std::string> names)
{
    for (const Member& member : kwargs) {
        if (std::ranges::find(names, member.name) != names.end())
            continue;
        const auto near = nearest(member.name, names);
        return invalid_argument(": there is no keyword argument '" + member.name + "'" +
                                (near ? " (did you mean '" + *near + "'?)" : ", only " + listed(names)));
    }
    return {};
}

std::string as_word(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return *text;
    return to_json(value);
}

Result<std::vector<std::pair<std::string, std::string>>> environment_of(const Object& env)
{
    std::vector<std::pair<std::string, std::string>> variables;
    for (const Member& variable : env) {
        const bool named = !variable.name.empty() && variable.name.find('=') == std::string::npos &&
                           variable.name.find('\0') == std::string::npos;
        if (!named)
            return invalid_argument(": '" + variable.name + "' is no name for an environment variable");
        variables.emplace_back(variable.name, as_word(variable.value));
    }
    return variables;
}

} // namespace forager
