// Where Lua stopped reading a source that it does not accept. Pure.
#pragma once

#include "scripting/analysis/walk/lexer.hpp"

#include <optional>
#include <string_view>

namespace forager::scripting {

struct Stop {
    Token previous; ///< an end where there is none
    Token at;       ///< what Lua could not use; the end where the source ends too early
    Token next;
};

/// `message` is what Lua says, without the place, which is `line`. Nothing where the message does not tell. `source`
/// must outlive it.
std::optional<Stop> stop_of(std::string_view source, std::size_t line, std::string_view message);

} // namespace forager::scripting
