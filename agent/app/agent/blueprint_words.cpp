#include "app/agent/blueprint_words.hpp"

#include "app/agent/executor_keys.hpp"
#include "base/timestamp.hpp"
#include "core/offer.hpp"
#include "core/reconcile/schema.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace forager {

namespace {

constexpr std::size_t longest_id = 32; // of which labels, and names made of them, have room

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// Of members of before that mean something here: who wrote them expects numbers in the replicas' names.
bool has_old_words(const Object& document)
{
    return document.find("apiVersion") != nullptr || part<Object>(document, "metadata").find("namespace") != nullptr;
}

bool is_naming_by_index(const Object& annotations)
{
    return part<std::string>(annotations, reconcile::naming_annotation) == "index";
}

Object document_with(const std::string& kind, Object metadata, Object spec, bool by_index)
{
    Object document{{"kind", kind}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
    if (by_index)
        document.append("apiVersion", "v1");
    return document;
}

Object without(const Object& object, std::string_view name)
{
    Object kept;
    for (const Member& member : object)
        if (member.name != name)
            kept.append(member.name, member.value);
    return kept;
}

} // namespace

std::vector<BlueprintHandler> blueprint_handlers(const config::Settings& settings)
{
    std::vector<BlueprintHandler> handlers;
    if (settings.colony.host.empty() || settings.colony.name.empty())
        return handlers;
    for (const config::ExecutorConfig& executor : executors_of(settings)) {
        if (!offers(Offer{executor.type, executor.functions}, "reconcile.reconcile"))
            continue;
        BlueprintHandler handler;
        handler.type = executor.type;
        handler.name = name_of(executor, settings.agent);
        handler.location = executor.location;
        handlers.push_back(std::move(handler));
    }
    return handlers;
}

bool is_asked_for(const std::string& blueprint_location, const std::string& executor_location)
{
    return blueprint_location.empty() || std::ranges::equal(blueprint_location, executor_location, {}, lower, lower);
}

std::vector<reconcile::Handling> handled_kinds(std::vector<colonies::BlueprintDefinition> definitions)
{
    std::ranges::sort(definitions, {}, [](const auto& definition) { return definition.metadata.name; });
    std::vector<reconcile::Handling> kinds;
    for (const colonies::BlueprintDefinition& definition : definitions) {
        reconcile::Handling handling = reconcile::handling_of(definition.spec);
        const bool is_known = std::ranges::find(kinds, handling.kind, &reconcile::Handling::kind) != kinds.end();
        if (!handling.kind.empty() && !is_known)
            kinds.push_back(std::move(handling));
    }
    return kinds;
}

reconcile::Key key_of(const colonies::Blueprint& blueprint, const std::string& colony)
{
    return {colony_origin, colony, blueprint.kind, blueprint.metadata.name};
}

Result<Object> document_of(const colonies::Blueprint& blueprint, const Object& schema)
{
    const colonies::BlueprintMetadata& from = blueprint.metadata;
    Value spec{blueprint.spec};
    if (!schema.empty() && reconcile::check_schema(schema)) {
        auto checked = reconcile::checked(schema, std::move(spec), "spec");
        if (!checked)
            return checked.error();
        spec = std::move(*checked);
    }
    Object metadata{{"name", from.name}, {"colonyname", from.colony}};
    if (!blueprint.id.empty())
        metadata.append("uid", blueprint.id.substr(0, longest_id));
    if (from.generation > 0)
        metadata.append("generation", from.generation);
    if (!from.location.empty())
        metadata.append("locationname", from.location);
    if (!from.labels.empty())
        metadata.append("labels", from.labels);
    const auto* members = spec.get<Object>();
    return document_with(blueprint.kind, std::move(metadata), members == nullptr ? Object{} : *members,
                         is_naming_by_index(from.annotations));
}

Result<Object> attached_document(const Object& resource, const std::string& colony)
{
    auto checked = reconcile::blueprint_of(resource, colony);
    if (!checked)
        return checked.error();
    auto metadata = without(part<Object>(*checked, "metadata"), "annotations");
    const auto given = part<Object>(resource, "metadata");
    const auto id = part<std::string>(given, "uid").empty() ? part<std::string>(resource, "blueprintid")
                                                            : part<std::string>(given, "uid");
    if (!id.empty())
        metadata.append("uid", id.substr(0, longest_id));
    if (const Value* generation = given.find("generation"))
        metadata.append("generation", *generation);
    return document_with(part<std::string>(*checked, "kind"), std::move(metadata), part<Object>(*checked, "spec"),
                         has_old_words(resource));
}

Object status_of(const BlueprintReport& report, WallTime now)
{
    Object status = report.status;
    if (status.empty())
        status = {{"phase", "Pending"},      {"message", ""},         {"instances", Array{}},
                  {"runningInstances", 0},   {"stoppedInstances", 0}, {"totalInstances", 0},
                  {"observedGeneration", 0}, {"replicas", 0},         {"ready", 0}};
    if (!report.problem.empty()) {
        status.set("phase", "Degraded");
        status.set("message", report.problem);
    }
    if (report.generation > 0)
        status.set("generation", report.generation);
    status.set("reconciler", report.reconciler);
    status.set("lastUpdated", timestamp(now));
    return status;
}

Object significant(const Object& status)
{
    Object kept = without(status, "lastUpdated");
    if (Value* instances = kept.find("instances"); instances != nullptr && instances->get<Array>() != nullptr)
        for (Value& instance : *instances->get<Array>())
            if (const auto* members = instance.get<Object>())
                instance = without(*members, "lastCheck");
    return kept;
}

} // namespace forager
