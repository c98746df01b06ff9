#include "io/time_zone.hpp"

#include "base/text.hpp"

#include <absl/time/time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace forager {

namespace {

constexpr std::chrono::sys_seconds never_before = std::chrono::sys_days{std::chrono::year{-30'000} / 1 / 1};
constexpr std::chrono::sys_seconds never_after = std::chrono::sys_days{std::chrono::year{30'000} / 1 / 1};

class Utc final : public ZoneRules {
public:
    ZoneStretch at(std::chrono::sys_seconds) const override
    {
        return {never_before, never_after, std::chrono::seconds{0}};
    }
};

class DatabaseZone final : public ZoneRules {
public:
    explicit DatabaseZone(absl::TimeZone zone) : zone_{zone} {}

    ZoneStretch at(std::chrono::sys_seconds time) const override
    {
        const absl::Time moment = absl::FromUnixSeconds(time.time_since_epoch().count());
        absl::TimeZone::CivilTransition change;
        ZoneStretch stretch{never_before, never_after, std::chrono::seconds{zone_.At(moment).offset}};
        // A change at the very moment begins the stretch: what comes before it is asked for one second later.
        if (zone_.PrevTransition(moment + absl::Seconds(1), &change))
            stretch.begin = moment_of(change);
        if (zone_.NextTransition(moment, &change))
            stretch.end = moment_of(change);
        return stretch;
    }

private:
    // What the clocks show right after a change is no gap, and where it is shown twice, the change lies between.
    std::chrono::sys_seconds moment_of(const absl::TimeZone::CivilTransition& change) const
    {
        return std::chrono::sys_seconds{std::chrono::seconds{absl::ToUnixSeconds(zone_.At(change.to).trans)}};
    }

    absl::TimeZone zone_;
};

using Found = std::shared_ptr<const ZoneRules>;
namespace fs = std::filesystem;

fs::path database()
{
    const char* folder = std::getenv("TZDIR");
    return folder == nullptr || *folder == '\0' ? "/usr/share/zoneinfo" : folder;
}

// Names begin with a capital and have no dots; other files and folders of the database, or beside it, do.
bool looks_like_a_zone(std::string_view name)
{
    return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' && name.find('.') == std::string_view::npos;
}

std::vector<std::string> zone_names()
{
    std::vector<std::string> names;
    std::error_code ignored;
    const fs::path root = database();
    for (fs::recursive_directory_iterator entry{root, ignored}, end; entry != end; entry.increment(ignored)) {
        std::string name = entry->path().lexically_relative(root).string();
        if (!looks_like_a_zone(name))
            entry.disable_recursion_pending();
        else if (entry->is_regular_file(ignored))
            names.push_back(std::move(name));
    }
    return names;
}

Failure unknown_zone(const std::string& name)
{
    const std::vector<std::string> names = zone_names();
    const std::string message = "there is no time zone '" + name + "'";
    if (names.empty())
        return {Errc::bad_arguments,
                message + ": " + database().string() + " has none, install the package tzdata, or use UTC"};
    if (const auto near = nearest(name, names))
        return {Errc::bad_arguments, message + "; did you mean '" + *near + "'?"};
    return {Errc::bad_arguments, message + "; names look like Europe/Berlin or UTC"};
}

Result<Found> read_zone(const fs::path& file)
{
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(file.string(), &zone))
        return Failure{Errc::bad_arguments, "the time zone in " + file.string() +
                                                " cannot be read: it is damaged, install the package tzdata anew"};
    return std::make_shared<const DatabaseZone>(zone);
}

Result<Found> find_zone(const std::string& name)
{
    if (name == "UTC" || name == "Etc/UTC")
        return std::make_shared<const Utc>();
    std::error_code ignored;
    if (!looks_like_a_zone(name) || !fs::is_regular_file(database() / name, ignored))
        return unknown_zone(name);
    return read_zone(database() / name);
}

// What TZ names, if it names a zone; a file that it leads to is nearly always /etc/localtime.
std::string_view zone_of_the_environment()
{
    const char* variable = std::getenv("TZ");
    std::string_view name = variable == nullptr ? "" : variable;
    if (name.starts_with(':'))
        name.remove_prefix(1);
    return name.starts_with('/') ? "" : name;
}

Found zone_of_the_machine()
{
    auto zone = read_zone("/etc/localtime");
    return zone ? *zone : std::make_shared<const Utc>(); // small containers have no /etc/localtime
}

} // namespace

Result<Found> find_time_zone(std::string_view name)
{
    if (!name.empty())
        return find_zone(std::string{name});
    const std::string variable{zone_of_the_environment()};
    if (variable.empty())
        return zone_of_the_machine();
    auto zone = find_zone(variable);
    if (!zone)
        return Failure{Errc::bad_arguments, "the variable TZ: " + zone.error().message};
    return zone;
}

} // namespace forager
