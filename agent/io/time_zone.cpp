#include "io/time_zone.hpp"

#include "base/text.hpp"

#include <date/tz.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace forager {

namespace {

class Utc final : public ZoneRules {
public:
    ZoneStretch at(std::chrono::sys_seconds) const override
    {
        constexpr std::chrono::sys_days begin{std::chrono::year{-30'000} / 1 / 1};
        constexpr std::chrono::sys_days end{std::chrono::year{30'000} / 1 / 1};
        return {begin, end, std::chrono::seconds{0}};
    }
};

class DatabaseZone final : public ZoneRules {
public:
    explicit DatabaseZone(const date::time_zone& zone) : zone_{zone} {}

    ZoneStretch at(std::chrono::sys_seconds time) const override
    {
        const date::sys_info info = zone_.get_info(time);
        return {info.begin, info.end, info.offset};
    }

private:
    const date::time_zone& zone_; // the database lives as long as the process
};

using Found = std::shared_ptr<const ZoneRules>;

Failure unknown_zone(std::string_view name)
{
    std::vector<std::string> names;
    for (const date::time_zone& zone : date::get_tzdb().zones)
        names.push_back(zone.name());
    std::string message = "there is no time zone '" + std::string{name} + "'";
    if (const auto near = nearest(name, names))
        return {Errc::bad_arguments, message + "; did you mean '" + *near + "'?"};
    return {Errc::bad_arguments, message + "; names look like Europe/Berlin or UTC"};
}

Result<Found> find_named(std::string_view name)
{
    const auto& zones = date::get_tzdb().zones;
    const auto zone = std::ranges::find_if(zones, [&](const date::time_zone& each) { return each.name() == name; });
    if (zone == zones.end())
        return unknown_zone(name);
    (void)zone->get_info(std::chrono::sys_seconds{}); // reads its file, which may be damaged
    return std::make_shared<const DatabaseZone>(*zone);
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

std::string zone_of_the_machine()
{
    try {
        return date::current_zone()->name();
    } catch (const std::exception&) {
        return "UTC"; // small containers have no /etc/localtime
    }
}

Result<Found> find_zone(const std::string& name)
{
    if (name == "UTC" || name == "Etc/UTC")
        return std::make_shared<const Utc>();
    try {
        return find_named(name);
    } catch (const std::exception& error) {
        return Failure{Errc::bad_arguments,
                       "the time zone '" + name + "' cannot be read, is the package tzdata installed? " + error.what()};
    }
}

} // namespace

Result<Found> find_time_zone(std::string_view name)
{
    if (!name.empty())
        return find_zone(std::string{name});
    const std::string variable{zone_of_the_environment()};
    if (variable.empty())
        return find_zone(zone_of_the_machine());
    auto zone = find_zone(variable);
    if (!zone)
        return Failure{Errc::bad_arguments, "the variable TZ: " + zone.error().message};
    return zone;
}

} // namespace forager
