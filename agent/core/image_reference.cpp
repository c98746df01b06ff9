#include "core/image_reference.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace forager {

namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_tag = 128;
constexpr std::string_view digest_mark = "sha256:";
constexpr std::size_t digest_digits = 64;

bool is_small(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

bool is_word(char byte)
{
    return is_small(byte) || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool is_hex(std::string_view text)
{
    return std::ranges::all_of(text,
                               [](char byte) { return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f'); });
}

// Small letters and digits, with single separators between them.
bool is_component(std::string_view part)
{
    return !part.empty() && is_small(part.front()) && is_small(part.back()) && std::ranges::all_of(part, [](char byte) {
        return is_small(byte) || byte == '.' || byte == '_' || byte == '-';
    });
}

bool is_host(std::string_view part)
{
    const bool looks_like_one = part == "localhost" || part.find_first_of(".:[") != std::string_view::npos;
    return looks_like_one && std::ranges::all_of(part, [](char byte) {
               return is_word(byte) || byte == '.' || byte == '-' || byte == ':' || byte == '[' || byte == ']';
           });
}

bool is_tag(std::string_view tag)
{
    return !tag.empty() && tag.size() <= longest_tag && is_word(tag.front()) &&
           std::ranges::all_of(tag, [](char byte) { return is_word(byte) || byte == '.' || byte == '-'; });
}

bool is_digest(std::string_view digest)
{
    return digest.starts_with(digest_mark) && digest.size() == digest_mark.size() + digest_digits &&
           is_hex(digest.substr(digest_mark.size()));
}

// The registry that needs no name, and its own folder in it.
std::string_view familiar(std::string_view repository)
{
    for (const std::string_view usual : {"docker.io/", "index.docker.io/"})
        if (repository.starts_with(usual)) {
            repository.remove_prefix(usual.size());
            if (repository.starts_with("library/"))
                repository.remove_prefix(std::string_view{"library/"}.size());
            break;
        }
    return repository;
}

bool is_repository(std::string_view repository)
{
    if (repository.size() > longest_name)
        return false;
    auto parts = split(repository, '/');
    if (parts.size() > 1 && is_host(parts.front()))
        parts.erase(parts.begin());
    return std::ranges::all_of(parts, is_component);
}

Failure no_image(std::string_view text, std::string_view why)
{
    return {Errc::bad_arguments,
            "'" + printable(text.substr(0, longest_name)) + "' names no image: " + std::string{why}};
}

} // namespace

std::string ImageReference::text() const
{
    return digest.empty() ? repository + ":" + tag : repository + "@" + digest;
}

Result<ImageReference> parse_image(std::string_view text)
{
    std::string_view rest = text;
    ImageReference image;
    if (const auto at = rest.find('@'); at != std::string_view::npos) {
        image.digest = rest.substr(at + 1);
        rest = rest.substr(0, at);
        if (!is_digest(image.digest))
            return no_image(text, "behind @ stands sha256: and 64 hexadecimal digits");
    }
    const auto colon = rest.rfind(':');
    if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
        image.tag = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
        if (!is_tag(image.tag))
            return no_image(text, "a tag is letters, digits, '_', '.' and '-'");
    }
    image.repository = familiar(rest);
    if (!is_repository(image.repository))
        return no_image(text, "a name is small letters and digits, with '.', '_', '-' and '/' between them");
    if (image.tag.empty() && image.digest.empty())
        image.tag = "latest";
    return image;
}

bool is_image_id(std::string_view text)
{
    constexpr std::size_t shortest = 12;
    if (is_digest(text))
        return true;
    return text.size() >= shortest && text.size() <= digest_digits && is_hex(text);
}

} // namespace forager
