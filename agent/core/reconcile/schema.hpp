// Checks a value against a schema as blueprint definitions have them (a part of JSON Schema): type (string, number,
// integer, boolean, object, array), required, properties, items, enum, default, minimum, maximum, additionalProperties
// (false). What is not known in a schema is ignored. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <array>
#include <string_view>

namespace forager::reconcile {

inline constexpr auto schema_types =
    std::to_array<std::string_view>({"string", "number", "integer", "boolean", "object", "array"});
inline constexpr int deepest_schema = 32; ///< so deep may schemas be nested

/// The value with the defaults of members that are missing. Failures: bad_arguments, whose message begins with the path
/// of the member behind `path` ("spec.env.A: …") and whose details have it as `field`; an unknown member's names the
/// nearest known one.
Result<Value> checked(const Object& schema, Value value, std::string_view path);

/// Whether a schema makes sense. Failures: bad_arguments, naming the member of the schema ("schema.properties.a.type").
Result<void> check_schema(const Object& schema);

} // namespace forager::reconcile
