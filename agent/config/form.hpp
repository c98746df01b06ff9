// How one kind of value is read and shown. Pure; used by the table.
#pragma once

#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/value.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::config {

/// What a text from the environment or a flag becomes, and what may be shown of a value.
enum class Kind { text, path, url, flag, number, duration, size, texts, paths, secret };

template <class T> struct Form {
    Kind kind;
    std::string wanted; ///< completes "must be …"
    std::function<std::optional<T>(const Value&)> read;
    std::function<Value(const T&)> show; ///< as it would stand in the file; of a secret only that there is one
};

Form<std::string> text();

/// Text that may be a URL: what stands before the host's `@` is not shown.
Form<std::string> endpoint();

/// A host's name or address, or none: without a scheme, a port or a path, which have keys of their own.
Form<std::string> host_name();

/// A path; empty where there is none.
Form<std::string> path();

/// The same, but never empty.
Form<std::string> needed(Form<std::string> form);

/// A URL of one of these schemes, or none. What stands before the host's `@` is not shown.
Form<std::string> url(std::vector<std::string> schemes);

/// HOST:PORT, or none.
Form<std::string> address();

Form<bool> flag();
Form<std::vector<std::string>> texts();
Form<std::vector<std::string>> paths();
Form<Secret> secret();
Form<Duration> duration(Duration least, Duration most);
Form<std::size_t> size(std::size_t least, std::size_t most);

std::string range_text(std::int64_t least, std::int64_t most);

template <class T> Form<T> number(T least, T most)
{
    const auto low = static_cast<std::int64_t>(least);
    const auto high = static_cast<std::int64_t>(most);
    const auto read = [low, high](const Value& value) -> std::optional<T> {
        const auto* whole = value.get<std::int64_t>();
        return whole == nullptr || *whole < low || *whole > high ? std::nullopt : std::optional{static_cast<T>(*whole)};
    };
    return {Kind::number, "a whole number " + range_text(low, high), read, [](const T& value) { return Value{value}; }};
}

/// "a", "b" or "c", in quotes.
std::string one_of(const std::vector<std::string>& words);

/// One of a few words.
template <class T> Form<T> choice(std::vector<std::pair<std::string, T>> choices)
{
    std::vector<std::string> words;
    for (const auto& [word, meaning] : choices)
        words.push_back(word);
    const auto read = [choices](const Value& value) -> std::optional<T> {
        const auto* given = value.get<std::string>();
        for (const auto& [word, meaning] : choices)
            if (given != nullptr && word == *given)
                return meaning;
        return std::nullopt;
    };
    const auto show = [choices](const T& value) {
        const auto same = [&](const auto& one) { return one.second == value; };
        return Value{std::ranges::find_if(choices, same)->first};
    };
    return {Kind::text, one_of(words), read, show};
}

} // namespace forager::config
