#include "sources/monitor/verdict.hpp"

#include "base/text.hpp"

#include <cstdio>

namespace forager::monitoring {

namespace {

std::string cores_text(double cores)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", cores);
    return text;
}

std::string status_text(const Sighting& sighting)
{
    std::string text = "it is " + sighting.status;
    if (sighting.exit_code)
        text += " with status " + std::to_string(*sighting.exit_code);
    if (sighting.oom_killed)
        text += ", out of memory";
    return text;
}

std::string excess(const Expectation& expect, const Readings& readings)
{
    if (expect.restarts && readings.restarts > *expect.restarts)
        return "it was restarted " + std::to_string(*readings.restarts) + " times, and " +
               std::to_string(*expect.restarts) + " are expected at most";
    if (expect.memory && readings.memory > *expect.memory)
        return "it uses " + bytes_text(static_cast<std::size_t>(*readings.memory)) + " of memory, and " +
               bytes_text(static_cast<std::size_t>(*expect.memory)) + " are expected at most";
    if (expect.cpu && readings.cpu > *expect.cpu)
        return "it keeps " + cores_text(*readings.cpu) + " cores busy, and " + cores_text(*expect.cpu) +
               " are expected at most";
    return {};
}

} // namespace

Verdict judge(const Expectation& expect, const Sighting* sighting, const Readings& readings)
{
    if (sighting == nullptr)
        return {false, "there is no such container"};
    if (expect.status != "any" && sighting->status != expect.status)
        return {false, status_text(*sighting)};
    const bool is_checked = !expect.health.empty() && sighting->status == "running";
    if (is_checked && sighting->health.empty() && sighting->listed)
        return {false, "it has no health check"};
    if (is_checked && sighting->health == "unhealthy")
        return {false, "it is unhealthy"};
    std::string reason = excess(expect, readings);
    return {reason.empty(), std::move(reason)};
}

} // namespace forager::monitoring
