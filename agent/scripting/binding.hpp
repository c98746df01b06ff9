// How C++ functions become functions of the Lua library. A binding takes and gives data; the border is crossed here,
// once, so that no Lua error jumps over a C++ object and no exception enters Lua.
#pragma once

#include "core/outcome.hpp"
#include "scripting/context.hpp"

#include <boost/asio/awaitable.hpp>
#include <lua.hpp>

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace forager::scripting {

class Script;

/// One call from Lua.
struct Request {
    Script& script;
    const Context& context; ///< lives as long as the task that calls
    std::vector<Value> args;

    const Value& arg(std::size_t index) const
    {
        static const Value nothing;
        return index < args.size() ? args[index] : nothing;
    }
};

using Instant = Outcome (*)(Request& request);
using Waiting = boost::asio::awaitable<Outcome> (*)(Request request);

/// Waits for what is the agent's own: a step, a value, another function.
struct Inside {
    Waiting work;
};

/// Waits for the world outside. Who answers is the border's to say.
struct Outside {
    Waiting work;
    const char* name = nullptr; ///< as scripts know it, where the binding's own name does not tell
};

struct Binding {
    const char* name;
    std::variant<Instant, Inside, Outside, lua_CFunction> function;
    const char* stub = nullptr;   ///< JSON of a plausible answer, for `check`, where a waiting call does no work
    bool takes_functions = false; ///< they are kept in the registry, and arrive as the integers that name them
    bool any_numbers = false;     ///< it refuses numbers that are not finite itself, or has words for them
};

// For bindings that are C functions of Lua's own kind: the failure is kept outside of the stack that the error unwinds.
void keep_failure(lua_State* L, Failure failure);
[[noreturn]] void raise_kept_failure(lua_State* L);

/// Adds the bindings to the table on top of the stack.
void add_bindings(lua_State* L, std::span<const Binding> bindings);

/// What was called as scripts know it: the binding json_encode is json.encode.
std::string public_name(const Binding& binding);

/// For a waiting binding that has nothing to wait for.
boost::asio::awaitable<Outcome> failed(Failure failure);

/// The members of an options table that Lua has checked already.
const Value* option(const Value& options, std::string_view name);
std::string text_option(const Value& options, std::string_view name);
std::optional<std::int64_t> whole_option(const Value& options, std::string_view name);
bool flag_option(const Value& options, std::string_view name, bool fallback);
Result<std::optional<Duration>> duration_option(const Value& options, std::string_view name);

} // namespace forager::scripting
