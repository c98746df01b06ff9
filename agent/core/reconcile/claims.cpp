#include "core/reconcile/claims.hpp"

namespace forager::reconcile {

// A status that was wiped says nothing new: whoever had it has it until its time is over.
Claims::Whose Claims::look(const std::string& blueprint, const std::string& claimant, const std::string& sign,
                           bool have, TimePoint now)
{
    const auto [place, unknown] = seen_.try_emplace(blueprint, Seen{claimant, sign, now});
    Seen& seen = place->second;
    const bool is_news = !claimant.empty() && (seen.claimant != claimant || seen.sign != sign);
    if (is_news)
        seen = {claimant, sign, now};
    if (seen.claimant == me_ || (seen.claimant.empty() && have))
        return Whose::ours;
    const Duration silence = now - seen.since;
    if (seen.claimant.empty())
        return !unknown && silence >= shyness ? Whose::free : Whose::fresh;
    return silence < patience ? Whose::others : Whose::free;
}

std::string Claims::whose(const std::string& blueprint) const
{
    const auto found = seen_.find(blueprint);
    return found == seen_.end() ? std::string{} : found->second.claimant;
}

} // namespace forager::reconcile
