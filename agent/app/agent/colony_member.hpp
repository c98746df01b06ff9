// Who asks the colony for commands, and for scripts that no executor runs: made from the settings. Blocks for a moment;
// used before the work, or at its first use of the colony.
#pragma once

#include "app/app.hpp"
#include "clients/colonies/client.hpp"
#include "clients/colonies/key.hpp"
#include "config/config.hpp"
#include "primitives/colony/member.hpp"

#include <memory>

namespace forager {

/// The server of the settings. One client for all that one purpose asks: its connections are shared.
colonies::Client::Config colony_server(const config::ColonyConfig& colony);

/// The key that may submit: `[colony] key`; else that of the first `[[executor]]`, given or kept in the state folder.
/// It makes none. Failures: refused, with what to set; bad_arguments for a text that is no key.
Result<colonies::PrivateKey> member_key(const config::Settings& settings);

/// Failures: refused, naming what is not set and how to set it; those of `member_key`. The app must outlive it.
Result<std::unique_ptr<ColonyMember>> colony_member(const config::Settings& settings, App& app);

/// The same when it is first wanted, and then always that one. `settings` and the app must outlive it.
scripting::ColonyAccess colony_access(const config::Settings& settings, App& app);

} // namespace forager
