// Blueprints as documents of this agent, and how these are as the status of blueprints. Pure.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/types/blueprint.hpp"
#include "config/config.hpp"
#include "core/reconcile/blueprint.hpp"
#include "core/reconcile/key.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace forager {

/// Of documents that come from a colony.
inline constexpr const char* colony_origin = "colony";

/// One of the agent's executors to which a definition may send its work.
struct BlueprintHandler {
    std::string type;
    std::string name;
    std::string location; ///< empty: none

    BlueprintHandler() = default;
    bool operator==(const BlueprintHandler&) const = default;
};

/// The executors of the settings that offer reconcile.reconcile.
std::vector<BlueprintHandler> blueprint_handlers(const config::Settings& settings);

/// Whether an executor at this place is asked for a blueprint for that one, as servers decide it.
bool is_asked_for(const std::string& blueprint_location, const std::string& executor_location);

/// Of each kind the definition that servers heed: the first by name.
std::vector<reconcile::Handling> handled_kinds(std::vector<colonies::BlueprintDefinition> definitions);

reconcile::Key key_of(const colonies::Blueprint& blueprint, const std::string& colony);

/// As it is applied here, its spec with the defaults of the schema. Its id is the beginning of the server's, as long as
/// labels may be. Failures: bad_arguments, with the member's path; a schema that makes no sense is none.
Result<Object> document_of(const colonies::Blueprint& blueprint, const Object& schema);

/// A document that came with a process, in whatever words. Failures: bad_arguments.
Result<Object> attached_document(const Object& resource, const std::string& colony);

/// What is told of a blueprint.
struct BlueprintReport {
    Object status;               ///< of the document; empty: it was never looked at
    std::string problem;         ///< why it is not as it says; empty: nothing is wrong
    std::int64_t generation = 0; ///< the server's, of what was read last
    std::string reconciler;      ///< who sees to it

    BlueprintReport() = default;
};

/// As the server is told. `lastUpdated` is the sign of life.
Object status_of(const BlueprintReport& report, WallTime now);

/// Without what changes with every look.
Object significant(const Object& status);

} // namespace forager
