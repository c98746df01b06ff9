#include "io/time_zone.hpp"

#include "result_text.hpp"
#include "utc.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

std::chrono::seconds offset(const char* zone, const char* time)
{
    return find_time_zone(zone).value()->at(std::chrono::floor<std::chrono::seconds>(utc(time))).offset;
}

class Variable {
public:
    explicit Variable(const char* value)
    {
        if (const char* before = std::getenv("TZ"))
            before_ = before;
        ::setenv("TZ", value, 1);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1); }

private:
    std::string before_;
};

} // namespace

TEST_CASE("a zone knows how far its clocks are ahead, and when that changes")
{
    CHECK(offset("Europe/Berlin", "2026-03-29 00:59") == 1h);
    CHECK(offset("Europe/Berlin", "2026-03-29 01:00") == 2h);
    CHECK(offset("Australia/Lord_Howe", "2026-07-01 00:00") == 630min);
    CHECK(offset("UTC", "2026-07-01 00:00") == 0s);
    const auto berlin = find_time_zone("Europe/Berlin").value();
    const ZoneStretch summer = berlin->at(std::chrono::floor<std::chrono::seconds>(utc("2026-07-01 00:00")));
    CHECK(summer.begin == utc("2026-03-29 01:00"));
    CHECK(summer.end == utc("2026-10-25 01:00"));
}

TEST_CASE("an unknown zone is refused with the name that was probably meant")
{
    const auto misspelt = find_time_zone("Europe/Berln");
    REQUIRE_FALSE(misspelt);
    CHECK(misspelt.error().code == Errc::bad_arguments);
    CHECK(misspelt.error().message == "there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?");
    for (const char* name : {"../../etc/passwd", "leapseconds", "Nowhere/At/All", "europe"})
        CHECK_FALSE(find_time_zone(name));
}

TEST_CASE("without a name it is the machine's zone, which the variable TZ may name")
{
    const Variable variable{":America/New_York"};
    CHECK(offset("", "2026-07-01 00:00") == -4h);
    const Variable rules{"CET-1CEST"};
    CHECK(find_time_zone("").error().message.starts_with("the variable TZ: there is no time zone 'CET-1CEST'"));
    for (const char* value : {"", ":/etc/localtime"}) {
        const Variable machine{value};
        CHECK(find_time_zone(""));
    }
}
