// What a function says about itself: its name, its typed parameters and its limits. The code behind it is a `Handler`.
#pragma once

#include "base/time.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

enum class Type { string, integer, number, boolean, list, table, any };

std::string_view name_of(Type type);
std::optional<Type> type_named(std::string_view name);

/// Whether this can name a function: FAMILY.NAME out of letters, digits, `_`, `-` and dots, at most 200 bytes.
bool is_function_name(std::string_view name);

/// The same for a workflow, which needs no family.
bool is_workflow_name(std::string_view name);

struct Parameter {
    std::string name;
    Type type = Type::any;
    std::optional<Value> fallback; ///< the default; without one the argument is required
};

struct Function {
    std::string name;
    std::string doc;
    std::vector<Parameter> parameters;
    bool variadic = false; ///< takes any arguments unchecked; keyword arguments alone come as one table
    bool raw = false;      ///< its handler reads the invocation's arguments by itself
    bool workflow = false; ///< a workflow's: its name needs no family
    std::string refusal;   ///< stands before what is wrong with the arguments: words that callers look for
    std::optional<Duration> timeout;
    bool durable = false;            ///< goes on after a restart where it was: its steps are recorded
    std::string version;             ///< of its code, as its author counts; for durable ones
    bool fails_when_changed = false; ///< what began under other code fails; else it goes on with this one
    bool adopts = false;             ///< of durable ones: its commands go on when the agent is gone
    std::size_t retries = 0;         ///< tries after the first
    std::size_t concurrency = 0;     ///< how many may run at once; 0: no limit of its own
    std::string where;               ///< FILE:LINE of a script's declaration
};

} // namespace forager
