// Keys and names of executors that register themselves: a restart of the agent is the same executor. Blocks; used at
// the start.
#pragma once

#include "clients/colonies/key.hpp"
#include "core/failure.hpp"

#include <string>
#include <string_view>

namespace forager {

/// The key of an executor, kept in `STATE/keys/COLONY/NAME.key` for its owner's eyes alone; made when there is none.
/// Failures: refused, limit, and bad_arguments for a file that holds no key.
Result<colonies::PrivateKey> kept_key(const std::string& state_dir, const std::string& colony, const std::string& name);

/// Made of the agent's name, or the machine's where it has none, and the type, out of characters that names may have.
std::string default_executor_name(std::string_view agent, std::string_view type);

} // namespace forager
