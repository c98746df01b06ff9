#include "primitives/colony/patience.hpp"

#include "clients/colonies/refusal.hpp"

namespace forager {

using colonies::Refusal;

namespace {

constexpr Duration longest_doubt = std::chrono::seconds{30};

// Nobody is there, or not yet.
bool is_absence(Refusal refusal, const Failure& failure)
{
    const bool is_gone = failure.code == Errc::unreachable || failure.code == Errc::timed_out;
    return refusal == Refusal::overloaded || (refusal == Refusal::none && is_gone);
}

// While its database restarts, the server does not know its members.
bool is_doubtful(Refusal refusal)
{
    return refusal == Refusal::not_member || refusal == Refusal::nonsense || refusal == Refusal::other;
}

} // namespace

bool ColonyPatience::bears(const Failure& failure, TimePoint now)
{
    const Refusal refusal = colonies::refusal_of(failure);
    if (is_absence(refusal, failure)) {
        restore();
        return true;
    }
    if (!is_doubtful(refusal))
        return false;
    if (!doubted_since_)
        doubted_since_ = now;
    return now - *doubted_since_ < longest_doubt;
}

} // namespace forager
