// Which environment variables hold the agent's own secrets: they reach neither scripts nor children.
#pragma once

#include <string_view>

namespace forager {

/// Whether a variable of this name holds a key, password or token that the agent reads its configuration from.
bool is_agent_secret(std::string_view name);

} // namespace forager
