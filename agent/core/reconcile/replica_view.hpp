// Questions about one replica that several decisions ask. Pure.
#pragma once

#include "core/reconcile/plan.hpp"

namespace forager::reconcile {

/// One that ends sooner after its start has died at once.
inline constexpr Duration short_life = std::chrono::seconds{10};

inline bool is_live(const Instance& instance)
{
    return instance.state != Instance::State::ended;
}

/// Serves: what the limits of a rolling change are about.
inline bool is_ready(const Instance& instance)
{
    return is_live(instance) && instance.ready && !instance.unhealthy;
}

/// Of the wanted template, where it is wanted.
inline bool is_fresh(const Look& look, const Memory& memory, const Instance& instance)
{
    return instance.runtime == look.wanted.runtime && instance.print == memory.print;
}

inline WallTime ready_since(const Look& look, const Memory& memory, const Instance& instance)
{
    const auto found = memory.ready_since.find(instance.id);
    return found == memory.ready_since.end() ? look.now : found->second;
}

/// When one that is ready has been so for long enough.
inline WallTime ripe_at(const Look& look, const Memory& memory, const Instance& instance)
{
    return ready_since(look, memory, instance) +
           look.wanted.rolling.min_ready.value_or(memory.tried ? Duration{} : trial_on(look.wanted.runtime));
}

inline bool is_available(const Look& look, const Memory& memory, const Instance& instance)
{
    return is_ready(instance) && ripe_at(look, memory, instance) <= look.now;
}

} // namespace forager::reconcile
