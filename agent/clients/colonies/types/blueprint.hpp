// Desired states that a colony keeps: blueprints, each of a kind that a definition describes, and who sees to them.
// Their contents are documents that the server stores as they are. Facts: Colonies v1.9.12.
#pragma once

#include "base/time.hpp"
#include "clients/colonies/record.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::colonies {

struct BlueprintMetadata {
    std::string name; ///< once in a colony: among the blueprints, and among the definitions
    std::string colony;
    std::string location; ///< empty: it is for reconcilers anywhere
    Object labels;
    Object annotations;
    std::int64_t generation = 0; ///< moved by the server when the spec changes or somebody forces it; 0: never said
    std::optional<WallTime> created;
    std::optional<WallTime> updated;
    bool operator==(const BlueprintMetadata&) const = default;
};

struct Blueprint {
    std::string id; ///< made by the server
    std::string kind;
    BlueprintMetadata metadata;
    Object spec;
    Object status; ///< as its reconciler tells it
    bool operator==(const Blueprint&) const = default;
};

struct BlueprintDefinition {
    std::string id;
    std::string kind; ///< of all of them the same: see `definition_kind`
    BlueprintMetadata metadata;
    Object spec; ///< group, version, names, scope, schema, handler
    bool operator==(const BlueprintDefinition&) const = default;
};

/// One entry of a blueprint's history.
struct BlueprintChange {
    std::string id;
    std::string blueprint; ///< the id
    std::string kind;
    std::string colony;
    std::string name;
    std::int64_t generation = 0;
    Object spec;
    Object status;
    std::optional<WallTime> time;
    std::string changed_by; ///< the id of a key
    std::string change;     ///< "create", "update"
    bool operator==(const BlueprintChange&) const = default;
};

} // namespace forager::colonies
