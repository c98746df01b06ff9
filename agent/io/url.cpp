#include "io/url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace forager {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

bool is_alnum(char c)
{
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9');
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::optional<unsigned> hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = lower(c);
    if (l >= 'a' && l <= 'f')
        return l - 'a' + 10;
    return std::nullopt;
}

std::string percent_decoded(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
        const auto low = high ? hex_value(text[i + 2]) : std::nullopt;
        result += low ? static_cast<char>(*high * 16 + *low) : text[i];
        if (low)
            i += 2;
    }
    return result;
}

// Encodes only what may not stand in a request line; what the author encoded stays as it is.
std::string sendable(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && std::string_view{"\"<>\\^`{|}"}.find(c) == std::string_view::npos) {
            result += c;
            continue;
        }
        result += '%';
        result += hex_digits[byte >> 4];
        result += hex_digits[byte & 15];
    }
    return result;
}

// An unreadable URL may hold a password anywhere before an '@'.
std::string redacted(std::string_view text)
{
    const std::size_t at = text.rfind('@');
    std::string_view rest = text.substr(at == std::string_view::npos ? 0 : at + 1);
    rest = rest.substr(0, rest.find_first_of("?#"));
    std::string result = at == std::string_view::npos ? "" : "…@";
    for (const char c : rest.substr(0, 200))
        result += is_control(c) ? '?' : c;
    return result;
}

Failure unreadable(std::string_view text, std::string_view reason)
{
    return {Errc::bad_arguments, "the URL '" + redacted(text) + "' " + std::string{reason}};
}

std::uint16_t usual_port(std::string_view scheme)
{
    if (scheme == "unix")
        return 0;
    return scheme == "https" ? 443 : 80;
}

std::string target_of(std::string_view text)
{
    const std::string target = sendable(text.substr(0, text.find('#')));
    return target.starts_with('/') ? target : "/" + target;
}

bool is_host(std::string_view host)
{
    return !host.empty() && host.size() <= 253 &&
           std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6(std::string_view host)
{
    return host.find(':') != std::string_view::npos &&
           std::ranges::all_of(host, [](char c) { return hex_value(c) || c == ':' || c == '.'; });
}

bool read_port(std::string_view text, std::uint16_t& port)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > 65'535)
        return false;
    port = static_cast<std::uint16_t>(value);
    return true;
}

struct HostAndPort {
    std::string_view host;
    std::string_view port; // with its colon
};

HostAndPort split_port(std::string_view authority)
{
    const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::size_t end = std::min(colon, authority.size());
    return {authority.substr(0, end), authority.substr(end)};
}

Result<Url> parse_unix(std::string_view text, std::string_view rest)
{
    Url url;
    url.scheme = "unix";
    const std::size_t colon = rest.find(":/");
    const std::string_view path = rest.substr(0, colon);
    // The kernel's limit is 108 bytes with the final NUL.
    if (!path.starts_with('/') || path.size() > 107)
        return unreadable(text, "names no local socket: write unix:/path/of.sock:/target, with a path under 108 bytes");
    url.host = path;
    if (colon != std::string_view::npos)
        url.target = target_of(rest.substr(colon + 1));
    return url;
}

Result<Url> parse_web(std::string_view text, std::string scheme, std::string_view rest)
{
    Url url;
    url.port = usual_port(scheme);
    url.scheme = std::move(scheme);
    std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    url.target = target_of(rest.substr(authority.size()));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        url.userinfo = percent_decoded(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    const HostAndPort parts = split_port(authority);
    const bool literal = parts.host.size() > 2 && parts.host.starts_with('[') && parts.host.ends_with(']');
    url.host = lowered(literal ? parts.host.substr(1, parts.host.size() - 2) : parts.host);
    if (url.host.empty())
        return unreadable(text, "names no host");
    if (literal ? !is_ipv6(url.host) : !is_host(url.host))
        return unreadable(text, "has a host that cannot be: letters, digits, '-' and '.', or an IPv6 address in []");
    if (parts.port.size() > 1 && !read_port(parts.port.substr(1), url.port))
        return unreadable(text, "has a port that is not a number from 1 to 65535");
    return url;
}

std::string without_dot_segments(std::string_view path)
{
    std::vector<std::string_view> kept;
    const std::vector<std::string_view> segments = split(path, '/');
    for (std::size_t i = 1; i < segments.size(); ++i) {
        const bool dots = segments[i] == "." || segments[i] == "..";
        if (segments[i] == ".." && !kept.empty())
            kept.pop_back();
        if (!dots)
            kept.push_back(segments[i]);
        else if (i + 1 == segments.size())
            kept.emplace_back(); // "/a/.." is the folder "/"
    }
    std::string result;
    for (const std::string_view segment : kept)
        result.append("/").append(segment);
    return result.empty() ? "/" : result;
}

std::string relative_target(const Url& base, std::string_view reference)
{
    const std::string_view old_path = std::string_view{base.target}.substr(0, base.target.find('?'));
    if (reference.starts_with('?'))
        return std::string{old_path}.append(reference);
    const std::size_t query = std::min(reference.find('?'), reference.size());
    std::string path{reference.substr(0, query)};
    if (!path.starts_with('/'))
        path.insert(0, old_path.substr(0, old_path.rfind('/') + 1));
    return without_dot_segments(path).append(reference.substr(query));
}

// The scheme before the first ':', when there is one: no '/', '?' or '#' may stand before it.
std::string_view scheme_of(std::string_view text)
{
    const std::size_t end = text.find_first_of(":/?#");
    return end != std::string_view::npos && text[end] == ':' ? text.substr(0, end) : std::string_view{};
}

// RFC 3986, 2.3
bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

} // namespace

std::string Url::authority() const
{
    if (scheme == "unix")
        return "localhost";
    return port == usual_port(scheme) && !is_ipv6(host) ? host : port == usual_port(scheme) ? "[" + host + "]" : peer();
}

std::string Url::peer() const
{
    if (scheme == "unix")
        return host;
    return (is_ipv6(host) ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Url::text() const
{
    return scheme == "unix" ? "unix:" + host + ":" + target : scheme + "://" + authority() + target;
}

std::string Url::shown() const
{
    const std::string whole = text();
    return whole.substr(0, whole.find('?'));
}

bool Url::same_origin(const Url& other) const
{
    return scheme == other.scheme && host == other.host && port == other.port;
}

Result<Url> parse_url(std::string_view text)
{
    if (std::ranges::any_of(text, is_control))
        return unreadable(text, "holds a control character");
    const std::string scheme = lowered(scheme_of(text));
    const std::string_view rest = text.substr(std::min(text.size(), scheme.size() + 1));
    if (scheme == "unix")
        return parse_unix(text, rest);
    if ((scheme != "http" && scheme != "https") || !rest.starts_with("//"))
        return unreadable(text, "does not begin with http://, https:// or unix:/");
    return parse_web(text, scheme, rest.substr(2));
}

Result<Url> resolve(const Url& base, std::string_view reference)
{
    if (!scheme_of(reference).empty())
        return parse_url(reference);
    if (reference.starts_with("//"))
        return parse_url(base.scheme + ":" + std::string{reference});
    if (std::ranges::any_of(reference, is_control))
        return unreadable(reference, "holds a control character");
    Url url = base;
    const std::string_view whole = reference.substr(0, reference.find('#'));
    if (!whole.empty())
        url.target = target_of(relative_target(base, whole));
    return url;
}

std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char byte : text) {
        const auto bits = static_cast<unsigned char>(byte);
        if (is_unreserved(byte))
            encoded += byte;
        else
            encoded.append({'%', digits[bits >> 4U], digits[bits & 0xFU]});
    }
    return encoded;
}

} // namespace forager
