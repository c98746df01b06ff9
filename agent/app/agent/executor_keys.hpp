// Keys and names of executors that register themselves: a restart of the agent is the same executor. Blocks; used at
// the start.
#pragma once

#include "base/secret.hpp"
#include "clients/colonies/key.hpp"
#include "config/config.hpp"
#include "core/failure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// Those of the settings. Without one, the agent is one executor that serves all it has.
std::vector<config::ExecutorConfig> executors_of(const config::Settings& settings);

/// The key that the settings give to an executor; empty: it gets one of its own. With the owner's key executors do: the
/// environment of users, and of upstream's older executors, has another one beside it, which may be anybody's.
Secret given_key(const config::ExecutorConfig& executor, const config::ColonyConfig& colony);

/// A key that a setting holds. Failures: bad_arguments, naming the setting and never repeating the text.
Result<colonies::PrivateKey> read_key(const Secret& text, const std::string& setting);

/// The key of an executor, kept in `STATE/keys/COLONY/NAME.key` for its owner's eyes alone; made when there is none.
/// Failures: refused, limit, and bad_arguments for a file that holds no key.
Result<colonies::PrivateKey> kept_key(const std::string& state_dir, const std::string& colony, const std::string& name);

/// The same, nothing where there is none. Failures: refused, also where the caller may not read it.
Result<std::optional<colonies::PrivateKey>> existing_key(const std::string& state_dir, const std::string& colony,
                                                         const std::string& name);

/// The name under which the agent registers it.
std::string name_of(const config::ExecutorConfig& executor, const config::AgentConfig& agent);

/// Made of the agent's name, or the machine's where it has none, and the type, out of characters that names may have.
std::string default_executor_name(std::string_view agent, std::string_view type);

} // namespace forager
