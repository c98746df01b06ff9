// Points in time.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace {

Outcome monotonic_time(Request& request)
{
    return Outputs{Value{to_seconds(request.script.now().time_since_epoch())}};
}

Outcome wall_time(Request& request)
{
    return Outputs{Value{to_seconds(request.script.wall().time_since_epoch())}};
}

constexpr Binding bindings[] = {
    {"monotonic_time", monotonic_time},
    {"wall_time", wall_time},
};

} // namespace

std::span<const Binding> time_bindings()
{
    return bindings;
}

} // namespace forager::scripting
