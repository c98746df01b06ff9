// What the static pass knows for certain of the value of an expression; mostly nothing.
#pragma once

#include "scripting/analysis/shape.hpp"

#include <string>

namespace forager::scripting {

struct Known {
    enum class Kind { nothing, nil, boolean, number, string, table, function, shape };

    Kind kind = Kind::nothing;
    std::string text{};           ///< of a string or a numeral
    const Shape* shape = nullptr; ///< of the library
    bool elsewhere = false;       ///< a table that sends a call to the colony
    std::string calls{};          ///< the function that a task calls

    static Known of(const Shape* shape) { return shape == nullptr ? Known{} : Known{Kind::shape, {}, shape}; }

    /// What may be kept in a variable: a table may change.
    bool lasting() const { return kind == Kind::string || kind == Kind::shape; }
};

} // namespace forager::scripting
