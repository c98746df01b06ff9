#include "base/timestamp.hpp"

#include <cstdio>
#include <ctime>

namespace forager {

std::string timestamp(WallTime time)
{
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
    const auto seconds = static_cast<std::time_t>(whole.time_since_epoch().count());
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(rest));
    return std::string{text, size} + fraction;
}

} // namespace forager
