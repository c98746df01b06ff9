#include "control/routing.hpp"

namespace forager::control {

std::optional<std::string> id_in(std::string_view pattern, std::string_view path)
{
    constexpr std::string_view place = "{id}";
    const std::size_t begin = pattern.find(place);
    if (begin == std::string_view::npos)
        return pattern == path ? std::optional<std::string>{""} : std::nullopt;
    const std::string_view before = pattern.substr(0, begin);
    const std::string_view after = pattern.substr(begin + place.size());
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
        return std::nullopt;
    const std::string_view id = path.substr(begin, path.size() - before.size() - after.size());
    return id.find('/') == std::string_view::npos ? std::optional<std::string>{id} : std::nullopt;
}

} // namespace forager::control
