// How an invocation ended: its outputs or its failure; always exactly one.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <vector>

namespace forager {

using Outputs = std::vector<Value>;
using Outcome = Result<Outputs>;

/// The outputs as one value: null for none, the output itself for one, a list for several.
inline Value as_one(Outputs outputs)
{
    if (outputs.empty())
        return {};
    if (outputs.size() == 1)
        return std::move(outputs.front());
    return Value{std::move(outputs)};
}

} // namespace forager
