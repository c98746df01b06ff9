// Calls about blueprints and their definitions. Failures: see server.hpp. The server calls a colony "namespace" in some
// of them. Facts: Colonies v1.9.12.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/blueprint.hpp"
#include "clients/colonies/types/process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace forager::colonies {

// For the colony's owner:

/// Refusals: already_exists. The server looks at nothing else of it.
boost::asio::awaitable<Result<BlueprintDefinition>> add_blueprint_definition(Caller owner,
                                                                             BlueprintDefinition definition);
/// Refusals: not_found; already_exists (409) while there are blueprints of its kind.
boost::asio::awaitable<Result<void>> remove_blueprint_definition(Caller owner, std::string colony, std::string name);

// For members, and for the owner where it does not say otherwise:

boost::asio::awaitable<Result<BlueprintDefinition>> get_blueprint_definition(Caller member, std::string colony,
                                                                             std::string name);
boost::asio::awaitable<Result<std::vector<BlueprintDefinition>>> get_blueprint_definitions(Caller member,
                                                                                           std::string colony);

/// Begins to be reconciled. Refusals: already_exists; not_found where its kind has no definition; other (400) where it
/// breaks the schema of that.
boost::asio::awaitable<Result<Blueprint>> add_blueprint(Caller member, Blueprint blueprint);
boost::asio::awaitable<Result<Blueprint>> get_blueprint(Caller member, std::string colony, std::string name);

/// Of all kinds when `kind` is empty. `location` counts only with a kind, in any case of its letters; empty: all.
boost::asio::awaitable<Result<std::vector<Blueprint>>> get_blueprints(Caller member, std::string colony,
                                                                      std::string kind, std::string location);

/// Replaces all of it, the status too. Another spec, or `force`, makes a new generation, which is reconciled at once
/// unless it is the owner who calls.
boost::asio::awaitable<Result<Blueprint>> update_blueprint(Caller member, Blueprint blueprint, bool force);

/// Replaces the status, and changes nothing else. Not for the owner.
boost::asio::awaitable<Result<void>> update_blueprint_status(Caller member, std::string colony, std::string name,
                                                             Object status);

/// Has it reconciled: the process that does it. `force` makes a new generation first. Not for the owner.
boost::asio::awaitable<Result<Process>> reconcile_blueprint(Caller member, std::string colony, std::string name,
                                                            bool force);
boost::asio::awaitable<Result<void>> remove_blueprint(Caller member, std::string colony, std::string name);

/// The newest first; `blueprint` is an id. Refusals: not_found, also of one that was removed.
boost::asio::awaitable<Result<std::vector<BlueprintChange>>> get_blueprint_history(Caller member, std::string blueprint,
                                                                                   std::int64_t limit);

} // namespace forager::colonies
