#include "core/backup_retention.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace forager;
using namespace std::chrono_literals;

namespace {

using Keys = std::vector<std::string>;

const WallTime now = WallTime{} + 365 * 24h;

StoredBackup made(std::string key, Duration age, std::uint64_t size = 100)
{
    return {std::move(key), now - age, size};
}

Keys gone(std::vector<StoredBackup> all, RetentionPolicy policy, std::string just_made)
{
    Keys keys = superfluous(std::move(all), policy, now, just_made);
    std::ranges::sort(keys);
    return keys;
}

const std::vector<StoredBackup> four = {made("b", 48h), made("d", 0h), made("a", 72h), made("c", 24h)};

} // namespace

TEST_CASE("so many of the newest are kept")
{
    CHECK(gone(four, {2, {}}, "d") == Keys{"a", "b"});
    CHECK(gone(four, {1, {}}, "d") == Keys{"a", "b", "c"});
    CHECK(gone(four, {4, {}}, "d").empty());
    CHECK(gone(four, {100, {}}, "d").empty());
    CHECK(gone(four, {}, "d").empty());
}

TEST_CASE("what is older than the limit goes, whatever the number")
{
    CHECK(gone(four, {{}, 30h}, "d") == Keys{"a", "b"});
    CHECK(gone(four, {1, 1000h}, "d") == Keys{"a", "b", "c"});
    CHECK(gone(four, {3, 30h}, "d") == Keys{"a", "b"});
}

TEST_CASE("the last good one is never removed")
{
    CHECK(gone({made("a", 9000h)}, {1, 1h}, "").empty());
    CHECK(gone(four, {0, 0h}, "d") == Keys{"a", "b", "c"});
    CHECK(gone({made("old", 5h), made("empty", 1h, 0)}, {1, 1h}, "") == Keys{"empty"});
    CHECK(gone({made("empty", 1h, 0)}, {1, 1h}, "").empty());
}

TEST_CASE("an empty backup counts for nothing")
{
    CHECK(gone({made("a", 3h), made("b", 2h, 0), made("c", 1h)}, {2, {}}, "c").empty());
}

TEST_CASE("a list without the backup that was just made is not believed")
{
    CHECK(gone({}, {1, 1h}, "d").empty());
    CHECK(gone({made("a", 72h), made("b", 48h)}, {1, 1h}, "d").empty());
    CHECK(gone({made("a", 72h), made("d", 0h, 0)}, {1, 1h}, "d").empty());
}

TEST_CASE("what a clock that was wrong once has stamped with a time to come neither goes nor counts")
{
    const std::vector<StoredBackup> all = {made("old", 9h), made("good", 2h), made("ahead", -9000h)};
    CHECK(gone(all, {1, {}}, "") == Keys{"old"});
    CHECK(gone(all, {2, {}}, "good").empty());
    CHECK(gone(all, {1, {}}, "good") == Keys{"old"});
    CHECK(gone({made("ahead", -9000h)}, {1, {}}, "").empty());
}

TEST_CASE("two that remove old ones at the same time leave the newest of all")
{
    const std::vector<StoredBackup> all = {made("old", 9h), made("mine", 2h), made("theirs", 1h)};
    CHECK(gone(all, {1, {}}, "mine") == Keys{"old"});
    CHECK(gone(all, {1, {}}, "theirs") == Keys{"mine", "old"});
    CHECK(gone(all, {3, {}}, "mine").empty());
    CHECK(gone(all, {2, {}}, "mine") == Keys{"old"});
    CHECK(gone(all, {{}, 1h}, "mine") == Keys{"old"});
}
