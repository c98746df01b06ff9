// Documents as data: what lists, tables and programs see of one. Pure.
#pragma once

#include "core/value.hpp"
#include "sources/reconcile/document_keeper.hpp"

#include <string>

namespace forager::control {

/// For a row of a list: kind, name, origin and space where there are, id, generation, created, phase, message, runtime,
/// replicas and ready (null where its status has none), paused, deleting, has_failed (its last change), failed (the
/// generation that was taken back).
Object summary_of(const reconciling::Kept& kept);

/// The same with the document as it is acted upon, its status, its revisions, what was done for it, and `print`:
/// another one when anything of it is another, but for the times of looks.
Object all_of(const reconciling::Kept& kept);

} // namespace forager::control
