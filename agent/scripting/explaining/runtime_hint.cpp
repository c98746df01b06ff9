#include "scripting/explaining/runtime_hint.hpp"

#include "scripting/explaining/familiar.hpp"

#include <algorithm>

namespace forager::scripting {

namespace {

struct Rule {
    std::string_view begin;
    std::string_view part;
    std::string_view hint;
};

// The first that fits says it.
constexpr Rule rules[] = {
    {"attempt to", "(field '?')", "there is nothing at this place: lists begin at 1"},
    {"attempt to", "a context value", "the first parameter of such a function is the context: function(ctx, …)"},
    {"attempt to add a 'string' with a 'string'", "", "texts are put together with .."},
    {"attempt to index a boolean value", "", "is it a module that returns nothing at its end?"},
    {"attempt to call", "for iterator", "'in' wants an iterator: ipairs(list), pairs(table), text:gmatch(PATTERN)"},
    {"attempt to call a nil value", "method", "it has no such method: is the name right?"},
    {"attempt to call a nil value", "field", "there is no such function: is the name right?"},
    {"attempt to call a table value", "", "two values one behind the other are a call: is a comma missing?"},
    {"attempt to call a string value", "", "two values one behind the other are a call: is a comma missing?"},
    {"attempt to concatenate a nil value", "field", "there is no such field: is the name right?"},
    {"attempt to concatenate a nil value", "", "it has no value here; tostring(…) makes text of anything"},
    {"attempt to concatenate a table value", "",
     "take a field that is text, as result.stdout, or forager.json.encode(…)"},
    {"attempt to concatenate a boolean value", "", "tostring(…) makes text of it"},
    {"attempt to concatenate a function value", "", "it is not called: are its parentheses missing?"},
    {"attempt to index a nil value", "field", "there is no such field: is the name right?"},
    {"attempt to index a function value", "", "it is not called: are its parentheses missing?"},
    {"attempt to perform arithmetic on a nil value", "field", "there is no such field: is the name right?"},
    {"attempt to perform arithmetic on a table value", "", "take a field that is a number, or #list for a length"},
    {"attempt to compare number with string", "", "tonumber(text) makes a number of text"},
    {"attempt to compare string with number", "", "tonumber(text) makes a number of text"},
    {"bad argument #1 to 'for iterator' (table expected", "", "pairs and ipairs go through tables"},
};

// The name in "… (field 'split')".
std::string_view name_in(std::string_view message)
{
    const std::size_t begin = message.find('\'');
    const std::size_t end = message.rfind('\'');
    return begin >= end ? std::string_view{} : message.substr(begin + 1, end - begin - 1);
}

bool fits(const Rule& rule, std::string_view message)
{
    return message.starts_with(rule.begin) && message.find(rule.part) != message.npos;
}

} // namespace

std::string runtime_hint(std::string_view message)
{
    if (message.starts_with("attempt to call a nil value"))
        if (std::string hint = familiar("*", name_in(message)); !hint.empty())
            return hint;
    const auto* rule = std::ranges::find_if(rules, [&](const Rule& one) { return fits(one, message); });
    return rule == std::end(rules) ? std::string{} : " (" + std::string{rule->hint} + ")";
}

} // namespace forager::scripting
