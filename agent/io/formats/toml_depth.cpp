#include "io/formats/toml_depth.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace forager {

namespace {

// Where the string that begins at `at` ends: behind its last quote, or where a text without one ends.
std::size_t string_end(std::string_view text, std::size_t at)
{
    const char quote = text[at];
    const std::string fence(text.substr(at, 3) == std::string(3, quote) ? 3 : 1, quote);
    for (std::size_t i = at + fence.size(); i < text.size(); ++i) {
        if (text[i] == '\\' && quote == '"')
            ++i;
        else if (text.substr(i, fence.size()) == fence)
            return i + fence.size();
        else if (text[i] == '\n' && fence.size() == 1)
            return i;
    }
    return text.size();
}

// Counts the dots up to here, and knows what to go back to when a key is over.
class DotCount {
public:
    void take(char c)
    {
        if (c == '.')
            ++dots_;
        else if (c == '{')
            around_.push_back(dots_);
        else if (c == '}' && !around_.empty())
            around_.pop_back();
        if (c == '}' || c == ',' || c == ']' || c == '\n')
            dots_ = around_.empty() ? 0 : around_.back();
    }

    bool too_many() const { return dots_ > most_key_dots; }

private:
    std::size_t dots_ = 0;
    std::vector<std::size_t> around_;
};

} // namespace

std::optional<std::size_t> too_deep_key(std::string_view text)
{
    DotCount count;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '#') {
            i = std::min(text.find('\n', i), text.size());
        } else if (text[i] == '"' || text[i] == '\'') {
            i = string_end(text, i);
        } else {
            count.take(text[i]);
            if (count.too_many())
                return i;
            ++i;
        }
    }
    return std::nullopt;
}

} // namespace forager
