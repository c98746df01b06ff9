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

inline WallTime ripe_at(const Look& look, const Instance& instance)
{
    return instance.started.value_or(instance.created) + look.wanted.rolling.min_ready;
}

/// Has been ready for long enough. Without such a time no clock matters: the runtime's may be another.
inline bool is_available(const Look& look, const Instance& instance)
{
    return is_ready(instance) && (look.wanted.rolling.min_ready == Duration{} || ripe_at(look, instance) <= look.now);
}

} // namespace forager::reconcile
