// The agent's own secrets in its environment, as other processes see them. For the start of the agent.
#pragma once

namespace forager {

/// From now on nobody reads them in /proc/PID/environ, as each command of the same user could; `getenv` gives them as
/// before. To be called before there are threads.
void hide_agent_secrets();

} // namespace forager
