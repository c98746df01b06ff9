// Blueprints and definitions of a colony as text for people, and which of them somebody means. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <string>
#include <string_view>

namespace forager::cli {

/// "ExecutorDeployment/web".
std::string title_of_blueprint(const Object& document);

/// Whether KIND, KIND/NAME or NAME, or an empty text, means this document: kinds in any case, and in the plural;
/// "definition" for a definition.
bool is_meant(const Object& document, std::string_view what);

/// Whether it is asked for a definition, or for all of them: "definitions", "BlueprintDefinition/NAME".
bool means_definitions(std::string_view what);

/// Those that are meant. Failures: not_found, with what is near.
Result<Array> meant(const Array& documents, const std::string& what);

std::string shown_blueprints(const Value& documents);
std::string shown_definitions(const Value& documents);

/// All of one: what is wanted, how it is, its replicas, its `history`.
std::string shown_blueprint(const Value& document);

} // namespace forager::cli
