#include "sources/monitor/vigil.hpp"

namespace forager::monitoring {

void Vigil::saw(bool ok, TimePoint now)
{
    const bool was_well_for_long = told_ && unwell_since_ && seen_.value_or(false) && now >= since_ + damp_;
    if (was_well_for_long) {
        unwell_since_.reset();
        changes_ = 0;
    }
    if (ok != seen_.value_or(told_))
        ++changes_;
    if (ok != seen_) {
        seen_ = ok;
        since_ = now;
    }
    if (!ok && !unwell_since_)
        unwell_since_ = now;
}

std::optional<TimePoint> Vigil::next() const
{
    if (!seen_ || *seen_ == told_)
        return std::nullopt;
    return (*seen_ ? since_ : *unwell_since_) + damp_;
}

std::optional<bool> Vigil::news(TimePoint now) const
{
    const auto when = next();
    return when && *when <= now ? seen_ : std::nullopt;
}

void Vigil::tell(bool ok)
{
    told_ = ok;
    changes_ = 0;
    if (ok)
        unwell_since_.reset();
}

} // namespace forager::monitoring
