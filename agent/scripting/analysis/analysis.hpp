// The static pass of `forager check`: finds mistakes in a script, and in the files that it requires, also where the
// code is not run. Says nothing where it is not certain. Used on the strand, after the main chunk was tried.
#pragma once

#include "core/failure.hpp"
#include "runtime/registry.hpp"
#include "scripting/analysis/shape.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace forager::scripting {

struct Analysis {
    std::vector<Failure> findings; ///< by file and line
    std::vector<Failure> notes;    ///< what is no mistake, but does not work on this agent
    std::size_t more = 0;          ///< findings that were left out
    bool arguments = false;        ///< the script does something with the arguments that it is given
};

/// Reads the script, which Lua must have accepted. `registry` has the functions that its main chunk declared.
Analysis analyse(const LibraryShape& library, const std::string& path, const Registry& registry);

/// Puts what running the main chunk found into the list: nothing twice, by file and line.
void add_found(std::vector<Failure>& findings, std::vector<Failure> found);

} // namespace forager::scripting
