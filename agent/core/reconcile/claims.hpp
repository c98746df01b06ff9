// Who sees to which blueprint of a colony, where several reconcilers could: one that has begun keeps it as long as it
// gives a sign of life, so that no two of them make the same replicas. Each says in the status who it is and when it
// wrote that. Signs are only compared with those before, never with a clock: machines' clocks differ. Pure.
#pragma once

#include "base/time.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace forager::reconcile {

class Claims {
public:
    static constexpr Duration patience = std::chrono::minutes{3}; ///< without a sign of life
    static constexpr Duration shyness = std::chrono::seconds{25}; ///< before one that nobody has is taken unasked

    /// `me`: an executor's name, another one's is never the same.
    explicit Claims(std::string me) : me_{std::move(me)} {}

    enum class Whose {
        ours,  ///< by its status, or nobody else has claimed it and we have it already
        free,  ///< nobody's, and may be taken
        fresh, ///< nobody's, but somebody may just be asked to take it: only who is asked takes it
        others ///< somebody else sees to it
    };

    /// What has been read of a blueprint: who claims it (empty: nobody says), the sign that came with that, and whether
    /// we see to it so far.
    Whose look(const std::string& blueprint, const std::string& claimant, const std::string& sign, bool have,
               TimePoint now);

    const std::string& me() const { return me_; }

    /// Who sees to it, as far as it is known.
    std::string whose(const std::string& blueprint) const;

    void forget_all_but(const std::set<std::string>& blueprints)
    {
        std::erase_if(seen_, [&](const auto& seen) { return !blueprints.contains(seen.first); });
    }

private:
    struct Seen {
        std::string claimant; // the last one; kept when an update has wiped the status
        std::string sign;
        TimePoint since{}; // when this sign was read first
    };

    std::string me_;
    std::map<std::string, Seen> seen_;
};

} // namespace forager::reconcile
