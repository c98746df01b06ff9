// References inside arguments to values that exist only later: {"$result": [TASK, KEY…]} stands for a task's result or
// a part of it, {"$item": [KEY…]} for the item that a fan-out is at. A key is a name, or a number from 1 for a list.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// What references are resolved to.
struct Referents {
    std::function<const Value*(std::string_view task)> result; ///< a null pointer for an unknown task
    const Value* item = nullptr;                               ///< null: there is no fan-out
};

/// `value` with every reference replaced. Failures: bad_arguments, naming the path of what is not there; limit for
/// values nested too deeply.
Result<Value> resolve(const Value& value, const Referents& referents);

/// The tasks that `value` refers to, each once.
std::vector<std::string> referenced_tasks(const Value& value);

/// Whether `value` refers to the item of a fan-out.
bool refers_to_item(const Value& value);

} // namespace forager
