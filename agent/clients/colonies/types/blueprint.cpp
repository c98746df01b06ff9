#include "clients/colonies/types/blueprint.hpp"

#include "clients/colonies/types/members.hpp"

namespace forager::colonies {

// Times that nobody has set are left out: the server stores what it is sent.
void members(auto& io, Is<BlueprintMetadata> auto& metadata)
{
    io("name", metadata.name);
    io("colonyname", metadata.colony);
    io.optional("locationname", metadata.location);
    io.optional("labels", metadata.labels);
    io.optional("annotations", metadata.annotations);
    io.optional("generation", metadata.generation);
    io.optional("createdAt", metadata.created);
    io.optional("updatedAt", metadata.updated);
}

void members(auto& io, Is<Blueprint> auto& blueprint)
{
    io.optional("blueprintid", blueprint.id);
    io("kind", blueprint.kind);
    io("metadata", blueprint.metadata);
    io("spec", blueprint.spec);
    io.optional("status", blueprint.status);
}

void members(auto& io, Is<BlueprintDefinition> auto& definition)
{
    io.optional("blueprintdefinitionid", definition.id);
    io("kind", definition.kind);
    io("metadata", definition.metadata);
    io("spec", definition.spec);
}

void members(auto& io, Is<BlueprintChange> auto& change)
{
    io("historyid", change.id);
    io("blueprintid", change.blueprint);
    io("kind", change.kind);
    io("namespace", change.colony);
    io("name", change.name);
    io("generation", change.generation);
    io("spec", change.spec);
    io("status", change.status);
    io("timestamp", change.time);
    io("changedby", change.changed_by);
    io("changetype", change.change);
}

std::string_view name_of(const Blueprint&)
{
    return "blueprint";
}

std::string_view name_of(const BlueprintDefinition&)
{
    return "definition";
}

std::string_view name_of(const BlueprintChange&)
{
    return "history";
}

template Result<Blueprint> read(const Value&);
template Result<std::vector<Blueprint>> read_list(const Value&);
template Object to_object(const Blueprint&);
template Result<BlueprintDefinition> read(const Value&);
template Result<std::vector<BlueprintDefinition>> read_list(const Value&);
template Object to_object(const BlueprintDefinition&);
template Result<BlueprintChange> read(const Value&);
template Result<std::vector<BlueprintChange>> read_list(const Value&);
template Object to_object(const BlueprintChange&);

} // namespace forager::colonies
