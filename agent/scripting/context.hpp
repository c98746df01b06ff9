// On whose behalf Lua code runs: the invocation, who watches it, and the scope of the commands that it starts.
#pragma once

#include "core/invocation.hpp"
#include "ports/observer.hpp"
#include "primitives/command_scope.hpp"
#include "runtime/recording.hpp"

namespace forager::scripting {

struct Context {
    const Invocation& invocation;
    Observer& observer;
    CommandScope& commands;
    Recording* recording = nullptr; ///< of a durable function
};

} // namespace forager::scripting
