#include "core/hook_route.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace forager {

namespace {

bool is_name(std::string_view segment)
{
    return segment.starts_with('{') && segment.ends_with('}') && segment.size() > 1;
}

std::string_view inner(std::string_view segment)
{
    return segment.substr(1, segment.size() - 2);
}

bool is_word(std::string_view text)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_method(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

Failure bad(std::string_view text, const std::string& reason)
{
    return {Errc::bad_arguments, "'http:" + std::string{text} + "' " + reason};
}

Result<void> check_segments(std::string_view text, const std::vector<std::string_view>& segments)
{
    std::set<std::string_view> names;
    for (const std::string_view segment : segments) {
        const bool name = is_name(segment);
        if (name ? !is_word(inner(segment)) : segment.find_first_of("{}?#% ") != segment.npos)
            return bad(text, "has the segment '" + std::string{segment} +
                                 "': a segment is plain text, without % and ?, or a {name}");
        if (name && !names.insert(segment).second)
            return bad(text, "has the name " + std::string{segment} + " twice");
    }
    return {};
}

} // namespace

Result<HookRoute> HookRoute::parse(std::string_view text)
{
    const std::size_t space = text.find(' ');
    const std::string_view method = text.substr(0, space);
    const std::string_view path = space == text.npos ? std::string_view{} : text.substr(space + 1);
    if (!is_method(method) || !path.starts_with('/'))
        return bad(text, "is no hook: write a method in capitals and a path, as in \"http:POST /hooks/build\"");
    constexpr std::array<std::string_view, 3> taken = {"/healthz", "/readyz", "/metrics"};
    if (std::ranges::find(taken, path) != taken.end())
        return bad(text, "is answered by the agent itself: choose another path");
    const std::vector<std::string_view> segments = split(path.substr(1), '/');
    if (auto checked = check_segments(text, segments); !checked)
        return checked.error();
    HookRoute route;
    route.method_ = method;
    route.segments_.assign(segments.begin(), segments.end());
    return route;
}

std::optional<Object> HookRoute::match(std::span<const std::string> path) const
{
    if (path.size() != segments_.size())
        return std::nullopt;
    Object params;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (is_name(segments_[i]) && !path[i].empty())
            params.append(std::string{inner(segments_[i])}, path[i]);
        else if (segments_[i] != path[i])
            return std::nullopt;
    }
    return params;
}

bool HookRoute::goes_before(const HookRoute& other) const
{
    return std::ranges::lexicographical_compare(segments_, other.segments_, std::less{}, is_name, is_name);
}

bool HookRoute::same_requests(const HookRoute& other) const
{
    const auto same = [](std::string_view a, std::string_view b) { return (is_name(a) && is_name(b)) || a == b; };
    return method_ == other.method_ && std::ranges::equal(segments_, other.segments_, same);
}

std::string HookRoute::text() const
{
    std::string path;
    for (const std::string& segment : segments_)
        path += "/" + segment;
    return method_ + " " + path;
}

} // namespace forager
