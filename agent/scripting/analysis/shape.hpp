// What the static pass knows of the library: which names there are, what functions take and give. Made from the data of
// lua/forager/describe.lua, which is where the library itself declares it.
#pragma once

#include "core/value.hpp"
#include "scripting/analysis/doubt.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forager::scripting {

/// The options of a table: name → types, as in lua/forager/options.lua.
using OptionTypes = std::map<std::string, std::string, std::less<>>;

/// A table with fields, a function, or a value of which no more is known.
struct Shape {
    std::string title;                      ///< as messages name it: "forager.json"
    std::string what;                       ///< as the library's own checks name it: "http.get"
    bool table = false;                     ///< its fields are known
    bool open = false;                      ///< it may have other fields, too
    bool object = false;                    ///< its fields are methods
    Doubt::From missing = Doubt::From::use; ///< what makes an unknown field a mistake
    std::map<std::string, Shape, std::less<>> fields;
    OptionTypes options;
    std::vector<std::size_t> positions; ///< of the arguments that may be a table of options, from 1
    std::vector<std::string> arguments; ///< types of the first arguments
    std::string gives;                  ///< the object that a function gives, or empty

    bool takes_options_at(std::size_t position) const;

    /// The names of the fields, for suggestions.
    std::vector<std::string> names() const;
};

struct LibraryShape {
    Shape globals;
    Shape forager;
    std::map<std::string, Shape, std::less<>> objects;
    std::map<std::string, OptionTypes, std::less<>> nested; ///< options that are tables of options: "sh: limits"
    OptionTypes wishes;                                     ///< types → what is wanted, in words

    explicit LibraryShape(const Value& description);

    const Shape* object(std::string_view name) const;
    const OptionTypes* nested_options(std::string_view what) const;
    std::string wish(std::string_view types) const;
};

} // namespace forager::scripting
