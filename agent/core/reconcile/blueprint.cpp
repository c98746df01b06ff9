#include "core/reconcile/blueprint.hpp"

#include "core/reconcile/schema.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace forager::reconcile {

namespace {

Failure wrong(const std::string& field, const std::string& what)
{
    Failure failure{Errc::bad_arguments, field + ": " + what};
    failure.details.set("field", field);
    failure.retry = false;
    return failure;
}

// A member that must be a table; one that is missing is an empty one.
Result<Object> table_in(const Object& object, const std::string& name, const std::string& path)
{
    const Value* value = object.find(name);
    if (value == nullptr || value->is_null())
        return Object{};
    if (const auto* table = value->get<Object>())
        return *table;
    if (const auto* list = value->get<Array>(); list != nullptr && list->empty())
        return Object{}; // an empty table of a script has no kind
    return wrong(path, "must be a table, not a " + std::string{value->type_name()});
}

// A text that must be there.
Result<std::string> text_in(const Object& object, const std::string& name, const std::string& path)
{
    const Value* value = object.find(name);
    const auto* text = value == nullptr ? nullptr : value->get<std::string>();
    if (text != nullptr && !text->empty())
        return *text;
    if (value == nullptr || value->is_null() || text != nullptr)
        return wrong(path, "is missing");
    return wrong(path, "must be a text, not a " + std::string{value->type_name()});
}

bool has(const Object& object, std::string_view name)
{
    const Value* value = object.find(name);
    return value != nullptr && !value->is_null();
}

std::optional<Failure> another_colony(const Object& metadata, const std::string& member, const std::string& colony)
{
    const auto named = part<std::string>(metadata, member);
    if (named.empty() || named == colony)
        return {};
    return wrong("metadata." + member, "is '" + named + "', but the colony that is asked is '" + colony + "'");
}

// What is sent of it: old documents have a namespace, which is the colony, and an id of their own making.
Result<Object> metadata_of(const Object& document, const std::string& colony)
{
    auto metadata = table_in(document, "metadata", "metadata");
    if (!metadata)
        return metadata.error();
    auto name = text_in(*metadata, "name", "metadata.name");
    if (!name)
        return name.error();
    for (const char* member : {"colonyname", "namespace"})
        if (auto failure = another_colony(*metadata, member, colony))
            return *std::move(failure);
    Object sent{{"name", std::move(*name)}, {"colonyname", colony}};
    for (const char* member : {"locationname", "labels", "annotations"})
        if (has(*metadata, member))
            sent.append(member, *metadata->find(member));
    for (const char* member : {"labels", "annotations"})
        if (const auto fine = table_in(sent, member, std::string{"metadata."} + member); !fine)
            return fine.error();
    return sent;
}

void note_old_words(const Object& document, Object& metadata)
{
    if (!has(document, "apiVersion") && !has(part<Object>(document, "metadata"), "namespace"))
        return;
    auto annotations = part<Object>(metadata, "annotations");
    if (annotations.find(naming_annotation) == nullptr)
        annotations.append(std::string{naming_annotation}, "index");
    metadata.set("annotations", std::move(annotations));
}

Result<void> check_definition(const Object& spec)
{
    const auto names = table_in(spec, "names", "spec.names");
    if (!names)
        return names.error();
    if (const auto kind = text_in(*names, "kind", "spec.names.kind"); !kind)
        return kind.error();
    const auto handler = table_in(spec, "handler", "spec.handler");
    if (!handler)
        return handler.error();
    if (const auto type = text_in(*handler, "executorType", "spec.handler.executorType"); !type)
        return type.error();
    const auto schema = table_in(spec, "schema", "spec.schema");
    if (!schema)
        return schema.error();
    return schema->empty() ? Result<void>{} : check_schema(*schema);
}

std::optional<double> number_in(const Value& value)
{
    if (const auto* whole = value.get<std::int64_t>())
        return static_cast<double>(*whole);
    if (const auto* number = value.get<double>())
        return *number;
    return {};
}

bool same_tables(const Object& one, const Object& other)
{
    return one.size() == other.size() && std::ranges::all_of(one, [&](const Member& member) {
               const Value* value = other.find(member.name);
               return value != nullptr && says_the_same(member.value, *value);
           });
}

bool says_nothing(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return text->empty();
    if (const auto* list = value.get<Array>())
        return list->empty();
    if (const auto* table = value.get<Object>())
        return table->empty();
    return value.is_null() || value == Value{false} || number_in(value) == 0.0;
}

} // namespace

bool is_definition(const Object& document)
{
    constexpr std::array<std::string_view, 4> names{definition_kind, "CustomResourceDefinition", "ResourceDefinition",
                                                    "ServiceDefinition"};
    return std::ranges::find(names, part<std::string>(document, "kind")) != names.end();
}

Result<Object> definition_of(const Object& document, const std::string& colony)
{
    if (!is_definition(document))
        return wrong("kind", "must be " + std::string{definition_kind});
    auto metadata = metadata_of(document, colony);
    if (!metadata)
        return metadata.error();
    auto spec = table_in(document, "spec", "spec");
    if (!spec)
        return spec.error();
    if (const auto fine = check_definition(*spec); !fine)
        return fine.error();
    if (handling_of(*spec).function.empty()) {
        auto handler = part<Object>(*spec, "handler");
        handler.set("functionName", "reconcile");
        spec->set("handler", std::move(handler));
    }
    return Object{{"kind", definition_kind}, {"metadata", std::move(*metadata)}, {"spec", std::move(*spec)}};
}

Result<Object> blueprint_of(const Object& document, const std::string& colony)
{
    auto kind = text_in(document, "kind", "kind");
    if (!kind)
        return kind.error();
    if (is_definition(document))
        return wrong("kind", "is that of a definition: it is added to the colony's definitions");
    auto metadata = metadata_of(document, colony);
    if (!metadata)
        return metadata.error();
    auto spec = table_in(document, "spec", "spec");
    if (!spec)
        return spec.error();
    note_old_words(document, *metadata);
    return Object{{"kind", std::move(*kind)}, {"metadata", std::move(*metadata)}, {"spec", std::move(*spec)}};
}

Handling handling_of(const Object& definition_spec)
{
    const auto handler = part<Object>(definition_spec, "handler");
    Handling handling;
    handling.kind = part<std::string>(part<Object>(definition_spec, "names"), "kind");
    handling.executor_type = part<std::string>(handler, "executorType");
    handling.function = part<std::string>(handler, "functionName");
    handling.schema = part<Object>(definition_spec, "schema");
    return handling;
}

bool says_the_same(const Value& one, const Value& other)
{
    if (const auto number = number_in(one))
        return number == number_in(other);
    const auto* table = one.get<Object>();
    if (const auto* other_table = other.get<Object>(); table != nullptr && other_table != nullptr)
        return same_tables(*table, *other_table);
    const auto* list = one.get<Array>();
    if (const auto* other_list = other.get<Array>(); list != nullptr && other_list != nullptr)
        return std::ranges::equal(*list, *other_list, says_the_same);
    return one == other;
}

Value without_nothing(const Value& value)
{
    if (const auto* list = value.get<Array>()) {
        Array kept;
        for (const Value& item : *list)
            kept.push_back(without_nothing(item));
        return kept;
    }
    const auto* table = value.get<Object>();
    if (table == nullptr)
        return value;
    Object kept;
    for (const Member& member : *table)
        if (Value inner = without_nothing(member.value); !says_nothing(inner))
            kept.append(member.name, std::move(inner));
    return kept;
}

} // namespace forager::reconcile
