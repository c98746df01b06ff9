// Documents for a colony as people write them, in its present words and in those of before, and what a definition says
// of its kind. Pure. Facts: Colonies v1.9.12.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <string>
#include <string_view>

namespace forager::reconcile {

/// Of documents that describe a kind.
inline constexpr std::string_view definition_kind = "BlueprintDefinition";

/// Says "index" of documents in the words of before.
inline constexpr std::string_view naming_annotation = "forager.naming";

/// Also by the names that it had: CustomResourceDefinition, ResourceDefinition, ServiceDefinition.
bool is_definition(const Object& document);

/// As the server takes it: { kind, metadata, spec }, with the colony's name where it has none, and without what servers
/// know no more. Failures: bad_arguments, which begins with the path of the member and has it as `field`: a name, a
/// kind, an executor type that is missing, a schema that makes no sense, another colony's.
Result<Object> definition_of(const Object& document, const std::string& colony);

/// The same of a blueprint: { kind, metadata, spec }. What was written in the words of before has the annotation
/// `naming_annotation`, since servers drop these words: its replicas have numbers in their names.
Result<Object> blueprint_of(const Object& document, const std::string& colony);

/// Who sees to a kind.
struct Handling {
    std::string kind;
    std::string executor_type;
    std::string function;
    Object schema; ///< empty: it has none

    Handling() = default;
};

/// Of a definition's spec; what it does not say is empty.
Handling handling_of(const Object& definition_spec);

/// Whether both say the same, whatever the order of members: 1 and 1.0 are the same number, as servers see it.
bool says_the_same(const Value& one, const Value& other);

/// Without members that say nothing: null, empty texts, lists and tables, zero and false. Servers add them to
/// definitions.
Value without_nothing(const Value& value);

} // namespace forager::reconcile
