#include "core/container_rules.hpp"

#include "base/text.hpp"
#include "core/image_reference.hpp"
#include "core/path_text.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

namespace forager {

namespace {

using Parts = std::vector<std::string_view>;

constexpr std::string_view anything = "**";
constexpr std::string_view usual_registry = "docker.io";
constexpr std::string_view usual_folder = "library";

Failure wrong(std::string_view text, std::string_view why)
{
    constexpr std::size_t longest = 200;
    return {Errc::bad_arguments, "'" + printable(text.substr(0, longest)) + "' " + std::string{why}};
}

/// A name, or a pattern of one, taken apart.
struct Name {
    Parts parts; ///< the registry first
    std::string_view tag;
    std::string_view digest;
};

bool is_registry(std::string_view part)
{
    return part == "localhost" || part == anything || part.find_first_of(".:[") != std::string_view::npos;
}

void complete(Parts& parts)
{
    if (parts.size() == 1 && parts.front() != anything)
        parts.insert(parts.begin(), {usual_registry, usual_folder});
    else if (!is_registry(parts.front()))
        parts.insert(parts.begin(), usual_registry);
    if (parts.front() == "index.docker.io")
        parts.front() = usual_registry;
    if (parts.size() == 2 && parts.front() == usual_registry && parts.back() != anything)
        parts.insert(parts.begin() + 1, usual_folder);
}

Name name_in(std::string_view text)
{
    Name name;
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        name.digest = text.substr(at + 1);
        text = text.substr(0, at);
    }
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && text.find('/', colon) == std::string_view::npos) {
        name.tag = text.substr(colon + 1);
        text = text.substr(0, colon);
    }
    name.parts = split(text, '/');
    complete(name.parts);
    return name;
}

bool fit(std::span<const std::string_view> patterns, std::span<const std::string_view> parts)
{
    if (patterns.empty() || parts.empty())
        return patterns.empty() && parts.empty();
    if (patterns.front() != anything)
        return matches_pattern(patterns.front(), parts.front()) && fit(patterns.subspan(1), parts.subspan(1));
    return fit(patterns.subspan(1), parts.subspan(1)) || fit(patterns, parts.subspan(1));
}

bool is_foreign(char byte)
{
    constexpr std::string_view known = "._-:/@*?[]";
    const bool is_word = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    return !is_word && known.find(byte) == std::string_view::npos;
}

std::optional<std::uint16_t> port_in(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool is_all = error == std::errc{} && end == text.data() + text.size();
    return is_all && port > 0 ? std::optional{port} : std::nullopt;
}

std::string_view without_brackets(std::string_view address)
{
    const bool has_them = address.size() > 2 && address.front() == '[' && address.back() == ']';
    return has_them ? address.substr(1, address.size() - 2) : address;
}

} // namespace

Result<void> check_image_pattern(std::string_view pattern)
{
    const bool is_name = std::ranges::none_of(pattern, is_foreign) && !pattern.empty() && pattern.front() != '/' &&
                         pattern.back() != '/' && pattern.back() != ':' && pattern.back() != '@' &&
                         pattern.find("//") == std::string_view::npos;
    if (!is_name)
        return wrong(pattern, R"(names no image, as "nginx", "team/*:1.*" and "registry.example.org/**" do)");
    return {};
}

bool matches_image(std::string_view pattern, std::string_view image)
{
    if (pattern == anything)
        return true;
    if (is_image_id(image))
        return (pattern.starts_with("sha256:") || is_image_id(pattern)) && matches_pattern(pattern, image);
    const Name wanted = name_in(pattern);
    const Name name = name_in(image);
    if (!fit(wanted.parts, name.parts))
        return false;
    if (!wanted.digest.empty())
        return matches_pattern(wanted.digest, name.digest);
    return wanted.tag.empty() || (name.digest.empty() && matches_pattern(wanted.tag, name.tag));
}

Result<MountRule> parse_mount_rule(std::string_view text)
{
    MountRule rule;
    const auto colon = text.find(':');
    const std::string_view source = text.substr(0, colon);
    const std::string_view mode = colon == std::string_view::npos ? "rw" : text.substr(colon + 1);
    const bool is_path = source.starts_with('/');
    const bool is_volume = !source.empty() && source.find('/') == std::string_view::npos;
    if (!(is_path || is_volume) || (mode != "ro" && mode != "rw"))
        return wrong(text, R"(is neither an absolute path nor a volume's name, as "/srv/data", "/srv/data:ro" and )"
                           R"("cache-*" are)");
    rule.source = is_path ? normal_path(source) : std::string{source};
    rule.read_only = mode == "ro";
    return rule;
}

bool covers(const MountRule& rule, std::string_view source)
{
    if (!rule.is_path() || !source.starts_with('/'))
        return rule.is_path() == source.starts_with('/') && matches_pattern(rule.source, source);
    if (rule.source == "/")
        return true;
    const Parts wanted = split(rule.source, '/');
    const Parts parts = split(source, '/');
    return parts.size() >= wanted.size() && fit(wanted, std::span{parts}.first(wanted.size()));
}

Result<PortRule> parse_port_rule(std::string_view text)
{
    PortRule rule;
    const auto colon = text.rfind(':');
    const auto ports = colon == std::string_view::npos ? text : text.substr(colon + 1);
    if (colon != std::string_view::npos)
        rule.address = without_brackets(text.substr(0, colon));
    const bool has_address = colon == std::string_view::npos || !rule.address.empty();
    if (ports == "*" && has_address)
        return rule;
    const auto dash = ports.find('-');
    const auto first = port_in(ports.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : port_in(ports.substr(dash + 1));
    if (!first || !last || *first > *last || !has_address)
        return wrong(text, R"(names no ports, as "8080", "8000-8999", "127.0.0.1:*" and "*" do)");
    rule.first = *first;
    rule.last = *last;
    return rule;
}

bool allows(const PortRule& rule, std::string_view address, std::optional<std::uint16_t> port)
{
    const bool is_there = rule.address.empty() || rule.address == without_brackets(address);
    const std::uint16_t wanted = port.value_or(0);
    return is_there && rule.first <= wanted && wanted <= rule.last;
}

} // namespace forager
