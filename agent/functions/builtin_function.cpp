#include "functions/builtin_function.hpp"

#include "base/text.hpp"
#include "core/options.hpp"
#include "io/formats/json.hpp"

#include <algorithm>

namespace forager {

namespace {

template <class T> Result<T> in_words_of_upstream(Result<T> read)
{
    if (!read)
        return invalid_argument(": " + read.error().message);
    return read;
}

} // namespace

Result<std::optional<std::string>> text_argument(const Object& kwargs, std::string_view name)
{
    return in_words_of_upstream(text_option(kwargs, name));
}

Result<std::optional<Duration>> duration_argument(const Object& kwargs, std::string_view name)
{
    return in_words_of_upstream(duration_option(kwargs, name));
}

Result<bool> flag_argument(const Object& kwargs, std::string_view name, bool fallback)
{
    return in_words_of_upstream(flag_option(kwargs, name, fallback));
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
