// What an invocation was asked to do, as one object that is kept with it. Used by the table of records.
#pragma once

#include "core/invocation.hpp"

namespace forager::store {

/// Everything but id, function, source and deadline, which is a point of this program's own time.
Object request_of(const Invocation& invocation);

/// What is missing in it has its default.
void fill_in(Invocation& invocation, const Object& request);

} // namespace forager::store
