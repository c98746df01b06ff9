// How objects of a cluster say whose they are: labels, by which they are found, and annotations with what labels cannot
// hold. Labels: Kubernetes allows 63 letters, digits, '-', '_' and '.' (concepts/overview/working-with-objects/labels).
// Pure.
#pragma once

#include "core/reconcile/deployment.hpp"
#include "core/reconcile/key.hpp"
#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager::replicas {

/// All labels and annotations of ours begin with it.
inline constexpr std::string_view mark_prefix = "forager.reconcile/";

/// Has no other meaning than which of all documents it is.
inline constexpr const char* key_label = "forager.reconcile/key";

/// The labels of whatever belongs to a replica of this name.
Object labels_of(const reconcile::Deployment& wanted, const std::string& replica);

/// The same in full.
Object notes_of(const reconcile::Deployment& wanted);

/// Chooses all that belongs to this document.
std::string selector_of(const reconcile::Key& key);

/// Chooses all that belongs to documents of this origin, and perhaps to some of others.
std::string selector_of_origin(const std::string& origin);

/// Whose it is; nothing: not a document's, or somebody has changed what it says.
std::optional<reconcile::Key> key_of(const Object& object);

/// A label or an annotation; empty: it has none.
std::string label_of(const Object& object, std::string_view name);
std::string note_of(const Object& object, std::string_view name);

/// Whether a text is a label's value as it is.
bool is_label_value(std::string_view text);

/// Whether a text is a label's name, which may have a domain in front of a slash.
bool is_label_name(std::string_view text);

/// Whether a text is a name in the network: lower-case letters, digits and '-', 63 at most.
bool is_network_name(std::string_view text);

/// Several of them with dots between them, 253 letters at most.
bool is_domain_name(std::string_view text);

} // namespace forager::replicas
