// Which environment variables hold the agent's own secrets: they reach neither scripts nor children.
#pragma once

#include <string_view>

namespace forager {

/// Whether a variable of this name holds a key, password or token that the agent reads its configuration from.
bool is_agent_secret(std::string_view name);

/// From now on nobody reads them in /proc/PID/environ, where each command of the same user could; `getenv` gives them
/// as before. Before there are threads.
void hide_agent_secrets();

} // namespace forager
