// The numbers that Colonies gives to states.
#pragma once

#include <optional>
#include <string_view>

namespace forager::colonies {

/// Of processes and of process graphs.
enum class ProcessState { waiting = 0, running = 1, successful = 2, failed = 3, cancelled = 4 };

enum class ExecutorState { pending = 0, approved = 1, rejected = 2, unregistered = 3 };

enum class AttributeType { in = 0, out = 1, err = 2, env = 3 };

/// The server's word for it.
std::string_view word(ProcessState state);
std::string_view word(ExecutorState state);

/// Back from the word; nothing for other ones.
std::optional<ProcessState> process_state_named(std::string_view word);

inline bool has_ended(ProcessState state)
{
    return state >= ProcessState::successful;
}

} // namespace forager::colonies
