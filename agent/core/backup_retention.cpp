#include "core/backup_retention.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace forager {

namespace {

using namespace std::chrono_literals;

constexpr Duration apart = 1h; // clocks that somebody looks after

// The one that must stay, whatever else does.
std::vector<StoredBackup>::iterator last_good(std::vector<StoredBackup>& all, std::string_view just_made)
{
    if (!just_made.empty())
        return std::ranges::find(all, just_made, &StoredBackup::key);
    return std::ranges::find_if(all, [](const StoredBackup& one) { return one.size > 0; });
}

} // namespace

std::vector<std::string> superfluous(std::vector<StoredBackup> all, const RetentionPolicy& policy, WallTime now,
                                     std::string_view just_made)
{
    std::erase_if(all, [&](const StoredBackup& one) { return one.made > now + apart && one.key != just_made; });
    std::ranges::sort(all, [](const StoredBackup& a, const StoredBackup& b) {
        return std::tie(a.made, a.key) > std::tie(b.made, b.key);
    });
    const auto best = last_good(all, just_made);
    if (best == all.end() || best->size == 0)
        return {};
    std::vector<std::string> gone;
    std::size_t good = 1;
    for (auto one = all.begin(); one != all.end(); ++one) {
        const bool stays = one == best || (one < best && !just_made.empty());
        const bool too_many = policy.keep && good >= *policy.keep;
        const bool too_old = policy.keep_for && now - one->made > *policy.keep_for;
        if (!stays && (too_many || too_old))
            gone.push_back(one->key);
        else if (one != best && one->size > 0)
            ++good;
    }
    return gone;
}

} // namespace forager
