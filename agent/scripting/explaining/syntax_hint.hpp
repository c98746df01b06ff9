// What probably was meant where Lua does not accept a source: words and signs of other languages, common slips. Pure.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace forager::scripting {

/// " (…)" to stand behind `message`, which is what Lua says without the place; empty where no hint is safe.
std::string syntax_hint(std::string_view source, std::size_t line, std::string_view message);

/// The failure of a source that Lua does not accept, with such a hint.
Failure with_syntax_hint(Failure failure, std::string_view source);

} // namespace forager::scripting
