#include "base/secrets.hpp"

#include <algorithm>
#include <array>

namespace forager {

bool is_agent_secret(std::string_view name)
{
    // The names that Colonies users export, in each of their generations, and our own.
    constexpr std::array<std::string_view, 3> owners = {"COLONIES_", "AWS_S3_", "FORAGER_"};
    constexpr std::array<std::string_view, 5> kinds = {"PRVKEY", "SECRET", "PASSWORD", "TOKEN", "OWNER_KEY"};
    constexpr std::array<std::string_view, 8> others = {
        "DB_PASSWORD", "FORAGER_COLONY_KEY", "FORAGER_EXECUTOR_KEY", "REDIS_PASSWORD",
        "REDIS_URL",   "FORAGER_REDIS_URL",  "FORAGER_MQTT_URL",     "FORAGER_BACKUP_ENCRYPTION_KEY"};
    if (std::ranges::find(others, name) != others.end())
        return true;
    const bool ours = std::ranges::any_of(owners, [&](std::string_view owner) { return name.starts_with(owner); });
    return ours && std::ranges::any_of(kinds, [&](std::string_view kind) { return name.find(kind) != name.npos; });
}

} // namespace forager
