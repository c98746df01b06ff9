#include "sources/watch/file_ledger.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;
using Paths = std::vector<std::string>;

namespace {

constexpr FileMark first{1, 100, 10};
constexpr FileMark longer{1, 200, 20};
constexpr FileMark other{2, 300, 10};

constexpr TimePoint at(Duration time)
{
    return TimePoint{time};
}

FileLedger ledger(WatchKind kind, std::size_t most_waiting = 100, std::size_t most_files = 1'000)
{
    return {kind, 1s, most_waiting, most_files};
}

} // namespace

TEST_CASE("a file has settled when it was left alone for the time, and each touch begins it anew")
{
    FileLedger files = ledger(WatchKind::settled);
    files.saw("a", first, at(0s), true);
    CHECK(files.next() == at(1s));
    CHECK(files.ready(at(999ms), 9).empty());
    CHECK(files.ready(at(1s), 9) == Paths{"a"});
    files.saw("a", first, at(900ms), true); // the same size within one tick of the file system
    CHECK(files.next() == at(1900ms));
    files.saw("a", longer, at(1800ms), false);
    CHECK(files.next() == at(2800ms));
    files.saw("a", longer, at(2s), false);
    CHECK(files.ready_mark("a", at(2800ms)) == longer);
    files.handled("a", longer);
    CHECK_FALSE(files.next());
    files.saw("a", longer, at(3s), true);
    CHECK_FALSE(files.next());
    files.saw("a", first, at(4s), true);
    CHECK(files.next() == at(5s));
}

TEST_CASE("a new file is told at once, and again only when another has its name")
{
    FileLedger files = ledger(WatchKind::added);
    files.saw("a", first, at(0s), true);
    CHECK(files.ready(at(0s), 9) == Paths{"a"});
    files.handled("a", first);
    files.saw("a", longer, at(1s), true);
    CHECK_FALSE(files.next());
    files.saw("a", other, at(2s), true);
    CHECK(files.ready_mark("a", at(2s)) == other);
    files.handled("a", other);
    CHECK(files.gone("a"));
    CHECK_FALSE(files.gone("a"));
    files.saw("a", other, at(3s), true);
    CHECK(files.waiting() == 1);
}

TEST_CASE("a watch for changes takes the first state as known")
{
    FileLedger files = ledger(WatchKind::changed);
    CHECK(files.saw("a", first, at(0s), true) == FileLedger::Saw::baseline);
    CHECK_FALSE(files.next());
    CHECK(files.saw("a", longer, at(1s), true) == FileLedger::Saw::known);
    CHECK(files.ready(at(1s), 9) == Paths{"a"});
    files.saw("a", first, at(2s), true);
    CHECK_FALSE(files.next());
}

TEST_CASE("the oldest come first, and a file that goes waits no longer")
{
    FileLedger files = ledger(WatchKind::settled);
    files.saw("b", first, at(0s), true);
    files.saw("a", first, at(1s), true);
    files.saw("c", first, at(2s), true);
    CHECK(files.ready(at(9s), 2) == Paths{"b", "a"});
    CHECK_FALSE(files.gone("b"));
    CHECK(files.ready(at(9s), 2) == Paths{"a", "c"});
    CHECK_FALSE(files.ready_mark("b", at(9s)));
}

TEST_CASE("what has no room is left for a later look, what was known before included")
{
    FileLedger files = ledger(WatchKind::settled, 2, 4);
    files.restore("old", first);
    files.saw("a", first, at(0s), true);
    files.saw("b", first, at(0s), true);
    CHECK(files.saw("c", first, at(0s), true) == FileLedger::Saw::full);
    CHECK(files.saw("old", longer, at(0s), true) == FileLedger::Saw::full);
    CHECK_FALSE(files.has_room());
    files.handled("a", first);
    CHECK(files.has_room());
    CHECK(files.saw("old", longer, at(0s), false) == FileLedger::Saw::known);
    files.handled("b", first);
    CHECK(files.saw("c", first, at(0s), true) == FileLedger::Saw::known);
    files.handled("c", first);
    files.handled("old", longer);
    CHECK(files.saw("d", first, at(0s), true) == FileLedger::Saw::full);
    CHECK_FALSE(files.has_room());
}
