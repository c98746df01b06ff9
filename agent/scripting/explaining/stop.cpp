#include "scripting/explaining/stop.hpp"

#include "scripting/reading.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace forager::scripting {

namespace {

// Of the same token on one line; more are looked at by nobody.
constexpr std::size_t most_candidates = 20;

// What stands behind "near", without its quotes and without a hint that may follow.
std::string_view near_in(std::string_view message)
{
    constexpr std::string_view word = "near ";
    const std::size_t place = message.find(word);
    if (place == message.npos)
        return {};
    std::string_view near = message.substr(place + word.size());
    if (near.starts_with("<eof>"))
        return near.substr(0, near.find(' '));
    if (const std::size_t hint = near.find("' ("); hint != near.npos)
        near = near.substr(0, hint + 1);
    return near.size() >= 2 && near.starts_with('\'') ? near.substr(1, near.rfind('\'') - 1) : near;
}

// A text without its end is told as far as it was read.
bool is_meant(const Token& token, std::string_view near)
{
    return token.text == near || (token.kind == Token::Kind::string && token.text.starts_with(near));
}

std::size_t end_of(const Token& token, std::string_view source)
{
    return static_cast<std::size_t>(token.text.data() - source.data()) + token.text.size();
}

// The one up to which the source is wrong already: what stood before it, Lua had taken.
const Stop& first_wrong(const std::vector<Stop>& candidates, std::string_view source)
{
    const std::size_t begin = source.starts_with('#') ? std::min(source.find('\n'), source.size()) : 0;
    const auto is_wrong = [&](const Stop& stop) {
        return fit_of(std::string{source.substr(begin, end_of(stop.at, source) - begin)}) == Fit::wrong;
    };
    const auto found = candidates.size() == 1 ? candidates.begin() : std::ranges::find_if(candidates, is_wrong);
    return found == candidates.end() ? candidates.back() : *found;
}

} // namespace

std::optional<Stop> stop_of(std::string_view source, std::size_t line, std::string_view message)
{
    const std::string_view near = near_in(message);
    if (near.empty())
        return std::nullopt;
    Lexer lexer{source};
    Stop stop{{}, {}, lexer.next()};
    std::vector<Stop> candidates;
    do {
        stop = {std::move(stop.at), std::move(stop.next), {}};
        if (stop.at.kind != Token::Kind::end)
            stop.next = lexer.next();
        if (stop.at.line == line && is_meant(stop.at, near))
            candidates.push_back(stop);
    } while (stop.at.kind != Token::Kind::end && stop.at.line <= line && candidates.size() < most_candidates);
    if (near == "<eof>" && stop.at.kind == Token::Kind::end)
        return stop;
    if (candidates.empty())
        return std::nullopt;
    return first_wrong(candidates, source);
}

} // namespace forager::scripting
