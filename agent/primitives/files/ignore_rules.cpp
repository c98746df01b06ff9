#include "primitives/files/ignore_rules.hpp"

#include "base/text.hpp"

#include <fnmatch.h>

#include <span>

namespace forager {

namespace {

using Parts = std::span<const std::string>;
using Names = std::span<const std::string_view>;

bool fits(const std::string& part, std::string_view name)
{
    return ::fnmatch(part.c_str(), std::string{name}.c_str(), 0) == 0;
}

// The whole path, or a folder above it: a rule about a folder is about what is in it.
bool fits(Parts parts, Names names)
{
    if (parts.empty())
        return true;
    if (parts.front() == "**") {
        for (std::size_t skipped = 0; skipped <= names.size(); ++skipped)
            if (fits(parts.subspan(1), names.subspan(skipped)))
                return true;
        return false;
    }
    return !names.empty() && fits(parts.front(), names.front()) && fits(parts.subspan(1), names.subspan(1));
}

std::vector<std::string> parts_of(std::string_view pattern)
{
    std::vector<std::string> parts;
    for (const std::string_view part : split(pattern, '/')) {
        const bool repeats = part == "**" && !parts.empty() && parts.back() == "**"; // would only cost time
        if (!part.empty() && part != "." && !repeats)
            parts.emplace_back(part);
    }
    return parts;
}

} // namespace

IgnoreRules::IgnoreRules(std::string_view text)
{
    for (std::string_view line : split(text, '\n')) {
        if (line.starts_with('#'))
            continue;
        line = trimmed(line);
        Rule rule;
        rule.leaves_out = !line.starts_with('!');
        if (!rule.leaves_out)
            line = trimmed(line.substr(1));
        rule.parts = parts_of(line);
        if (rule.parts.empty())
            continue;
        takes_back_ = takes_back_ || !rule.leaves_out;
        rules_.push_back(std::move(rule));
    }
}

bool IgnoreRules::leaves_out(std::string_view path) const
{
    const auto names = split(path, '/');
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
        if (fits(Parts{rule->parts}, Names{names}))
            return rule->leaves_out;
    return false;
}

} // namespace forager
