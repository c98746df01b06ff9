#include "cli/steps.hpp"

#include "base/text.hpp"

namespace forager::cli {

std::string numbered_line(std::size_t number, const Asked& asked)
{
    constexpr std::size_t width = 4;
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < width ? width - digits.size() : 0, ' ');
    const std::string where = asked.where.empty() ? "" : "   (" + asked.where + ")";
    return printable(digits + " " + shown(asked) + where) + "\n";
}

Object asked_row(const Asked& asked)
{
    Object row{{"call", asked.call}, {"args", asked.args}, {"options", asked.options}};
    if (!asked.function.empty())
        row.append("function", asked.function);
    if (!asked.where.empty())
        row.append("where", asked.where);
    return row;
}

std::string as_steps(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " step" : " steps");
}

} // namespace forager::cli
