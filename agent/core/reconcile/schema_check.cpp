// Whether a schema itself makes sense.
#include "core/reconcile/fields.hpp"
#include "core/reconcile/schema.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace forager::reconcile {

namespace {

/// A schema is read as a document is; what is not known in it is ignored.
void read_schema(const Fields& schema, int depth);

void read_inner(const Fields& schema, const Member& member, int depth)
{
    if (const auto inner = schema.object(member.name))
        read_schema(*inner, depth + 1);
}

void read_type(const Fields& schema)
{
    const auto type = schema.text("type");
    if (!type || std::ranges::find(schema_types, *type) != schema_types.end())
        return;
    const std::vector<std::string> known{schema_types.begin(), schema_types.end()};
    schema.refuse("type", "there is no type " + quoted(*type) + ": " + suggestion(*type, known));
}

void read_words(const Fields& schema)
{
    const Array* required = schema.list("required");
    for (std::size_t i = 0; required != nullptr && i < required->size(); ++i)
        if ((*required)[i].get<std::string>() == nullptr)
            schema.reading().refuse(item_path(schema.path("required"), i),
                                    "must be the name of a member, not " + kind_words((*required)[i]));
    const Array* allowed = schema.list("enum");
    if (allowed != nullptr && allowed->empty())
        schema.refuse("enum", "must not be empty: nothing could be given");
}

void read_range(const Fields& schema)
{
    for (const std::string_view name : {"minimum", "maximum"})
        if (const Value* value = schema.find(name); value != nullptr && !number_of(*value))
            schema.refuse_kind(name, "a number");
    const Value* least = schema.find("minimum");
    const Value* most = schema.find("maximum");
    if (least != nullptr && most != nullptr && number_of(*least) > number_of(*most))
        schema.refuse("maximum", "must not be below the minimum");
}

void read_default(const Fields& schema)
{
    const Value* fallback = schema.find("default");
    if (fallback == nullptr || schema.reading().failure)
        return;
    if (const auto fine = checked(schema.members(), *fallback, schema.path("default")); !fine)
        schema.reading().failure = fine.error();
}

void read_schema(const Fields& schema, int depth)
{
    if (depth > deepest_schema) {
        schema.refuse("type", "is nested too deeply");
        return;
    }
    read_type(schema);
    read_words(schema);
    read_range(schema);
    if (const auto properties = schema.object("properties"))
        for (const Member& property : properties->members())
            read_inner(*properties, property, depth);
    if (const auto items = schema.object("items"))
        read_schema(*items, depth + 1);
    const Value* additional = schema.find("additionalProperties");
    if (additional != nullptr && additional->get<Object>() == nullptr)
        (void)schema.flag("additionalProperties");
    read_default(schema);
}

} // namespace

Result<void> check_schema(const Object& schema)
{
    Reading reading;
    read_schema(Fields{schema, "schema", reading}, 0);
    if (reading.failure)
        return *reading.failure;
    return {};
}

} // namespace forager::reconcile
