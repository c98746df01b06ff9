// What is wrong with a name, if it is used in a certain way. Made by the judge, decided by the walker.
#pragma once

#include <cstddef>
#include <string>

namespace forager::scripting {

struct Shape;

/// A finding that depends on what is done with what was named.
struct Doubt {
    /// What makes it a mistake, and everything that comes after that.
    enum class From {
        read,  ///< an error is raised at once
        value, ///< it is nil, which somebody gets instead of a function
        use    ///< it is called or indexed; scripts may well ask whether it is there
    };

    std::string name;
    const Shape* table = nullptr; ///< that does not have it; null for a global
    std::size_t line = 0;
    From from = From::read;
};

} // namespace forager::scripting
