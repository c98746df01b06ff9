#include "config/unknown.hpp"

#include "base/text.hpp"

#include <array>

namespace forager::config {

namespace {

std::vector<std::string> section_names()
{
    std::vector<std::string> names;
    for (const Section& section : sections())
        names.push_back(section.name);
    return names;
}

// ", which is a key of [a] and [b]", or nothing.
std::string homes_of(std::string_view key)
{
    std::vector<std::string> homes;
    for (const Section& section : sections())
        if (named(section, key).key != nullptr)
            homes.push_back(in_brackets(section));
    return homes.empty() ? "" : "; it is a key of " + listed(homes);
}

} // namespace

std::string in_brackets(const Section& section)
{
    return section.repeated() ? "[[" + section.name + "]]" : "[" + section.name + "]";
}

std::string no_section(const std::string& name)
{
    std::string message = "there is no section '" + tail(name, 80) + "'";
    if (const std::string homes = homes_of(name); !homes.empty())
        return message + homes;
    const auto near = nearest(name, section_names());
    return message + (near ? "; did you mean " + in_brackets(*find_section(*near)) + "?"
                           : "; there are " + listed(section_names()));
}

std::string no_key(const Section& section, const std::string& name)
{
    std::string message = "there is no key '" + tail(name, 80) + "' in " + in_brackets(section);
    if (const std::string homes = homes_of(name); !homes.empty())
        return message + homes;
    const std::vector<std::string> known = names_of(section);
    for (const Section& within : sections())
        if (within.name.starts_with(section.name + ".") && nearest(section.name + "." + name, std::array{within.name}))
            return message + "; did you mean " + in_brackets(within) + "?";
    if (const auto near = nearest(name, known))
        return message + "; did you mean '" + *near + "'?";
    return message + "; there are " + listed(known);
}

} // namespace forager::config
