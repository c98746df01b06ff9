#include "primitives/replicas/kubernetes_marks.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace forager::replicas {

using reconcile::Key;

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_domain = 253;

bool is_lower_or_digit(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

bool is_letter_or_digit(char letter)
{
    return is_lower_or_digit(letter) || (letter >= 'A' && letter <= 'Z');
}

std::string hash_of(std::string_view text)
{
    constexpr std::size_t length = 32;
    return to_hex(digest(Digest::sha256, text)).substr(0, length);
}

std::string hash_of(const Key& key)
{
    const Array parts{Value{key.origin}, Value{key.space}, Value{key.kind}, Value{key.name}};
    return hash_of(to_json(Value{parts}));
}

// Any text as a label, by which it is found again.
std::string as_label(const std::string& text)
{
    return is_label_value(text) ? text : "hash-" + hash_of(text);
}

std::string marked(std::string_view name)
{
    return std::string{mark_prefix} + std::string{name};
}

std::string text_in(const Object& object, std::string_view part_name, std::string_view name)
{
    return part<std::string>(part<Object>(part<Object>(object, "metadata"), part_name), name);
}

} // namespace

bool is_label_value(std::string_view text)
{
    const auto fits = [](char letter) {
        return is_letter_or_digit(letter) || letter == '-' || letter == '_' || letter == '.';
    };
    return text.empty() || (text.size() <= longest_label && is_letter_or_digit(text.front()) &&
                            is_letter_or_digit(text.back()) && std::ranges::all_of(text, fits));
}

bool is_label_name(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos && !is_domain_name(text.substr(0, slash)))
        return false;
    const std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
    return !name.empty() && is_label_value(name);
}

bool is_network_name(std::string_view text)
{
    const auto fits = [](char letter) { return is_lower_or_digit(letter) || letter == '-'; };
    return !text.empty() && text.size() <= longest_label && is_lower_or_digit(text.front()) &&
           is_lower_or_digit(text.back()) && std::ranges::all_of(text, fits);
}

bool is_domain_name(std::string_view text)
{
    return text.size() <= longest_domain && std::ranges::all_of(split(text, '.'), [](std::string_view part) {
               const auto fits = [](char letter) { return is_lower_or_digit(letter) || letter == '-'; };
               return !part.empty() && is_lower_or_digit(part.front()) && is_lower_or_digit(part.back()) &&
                      std::ranges::all_of(part, fits);
           });
}

Object labels_of(const reconcile::Deployment& wanted, const std::string& replica)
{
    return {{key_label, hash_of(wanted.key)},
            {marked("origin"), as_label(wanted.key.origin)},
            {marked("kind"), as_label(wanted.key.kind)},
            {marked("name"), as_label(wanted.key.name)},
            {marked("id"), as_label(wanted.id)},
            {marked("print"), reconcile::print_of(wanted.replica)},
            {marked("replica"), as_label(replica)},
            // As upstream's reconciler has them.
            {"colonies.deployment", as_label(wanted.key.name)},
            {"colonies.managed", "true"},
            {"colonies.generation", std::to_string(wanted.generation)}};
}

Object notes_of(const reconcile::Deployment& wanted)
{
    return {{marked("origin"), wanted.key.origin},
            {marked("space"), wanted.key.space},
            {marked("kind"), wanted.key.kind},
            {marked("name"), wanted.key.name},
            {marked("id"), wanted.id},
            {marked("generation"), std::to_string(wanted.generation)}};
}

std::string selector_of(const Key& key)
{
    return std::string{key_label} + "=" + hash_of(key);
}

std::string selector_of_origin(const std::string& origin)
{
    return std::string{key_label} + "," + marked("origin") + "=" + as_label(origin);
}

std::optional<Key> key_of(const Object& object)
{
    Key key{note_of(object, "origin"), note_of(object, "space"), note_of(object, "kind"), note_of(object, "name")};
    return label_of(object, "key") == hash_of(key) ? std::optional{std::move(key)} : std::nullopt;
}

std::string label_of(const Object& object, std::string_view name)
{
    return text_in(object, "labels", marked(name));
}

std::string note_of(const Object& object, std::string_view name)
{
    return text_in(object, "annotations", marked(name));
}

} // namespace forager::replicas
