// What the files of one script do to names, wherever they do it: gathered in a first walk, so that the second one
// reports nothing that may be there after all.
#pragma once

#include "scripting/analysis/shape.hpp"

#include <set>
#include <string>
#include <vector>

namespace forager::scripting {

using Names = std::set<std::string, std::less<>>;

struct Survey {
    Names globals;                  ///< assigned somewhere
    Names fields;                   ///< assigned somewhere, to whichever table
    Names modules;                  ///< required by name
    Names functions;                ///< declared by name
    Names workflows;                ///< each may have functions of any name
    std::set<const Shape*> changed; ///< may have fields that the library does not know of
    bool arguments = false;         ///< a main chunk does something with what it is given
    bool other_globals = false;     ///< there may be any: `load`, `_ENV`, modules that are not known by name
    bool other_environment = false; ///< `_ENV` is touched: no global can be trusted
    bool colony_options = false;    ///< a table sends calls to the colony
    bool other_functions = false;   ///< functions are declared under names that are not known
};

/// The numbers of the locals of one file that are assigned after their declaration.
using Reassigned = std::set<std::size_t>;

/// A place in the code where a function is called by a name.
struct NamedCall {
    std::string path;
    std::size_t line = 0;
    std::string function;
};

} // namespace forager::scripting
