#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

namespace forager {

bool is_agent_secret(std::string_view name)
{
    // The names that Colonies users export, in each of their generations, and our own.
    constexpr std::array<std::string_view, 3> owners = {"COLONIES_", "AWS_S3_", "FORAGER_"};
    constexpr std::array<std::string_view, 5> kinds = {"PRVKEY", "SECRET", "PASSWORD", "TOKEN", "OWNER_KEY"};
    constexpr std::array<std::string_view, 7> others = {"DB_PASSWORD",     "FORAGER_COLONY_KEY", "FORAGER_EXECUTOR_KEY",
                                                        "REDIS_PASSWORD",  "REDIS_URL",          "FORAGER_REDIS_URL",
                                                        "FORAGER_MQTT_URL"};
    if (std::ranges::find(others, name) != others.end())
        return true;
    const bool ours = std::ranges::any_of(owners, [&](std::string_view owner) { return name.starts_with(owner); });
    return ours && std::ranges::any_of(kinds, [&](std::string_view kind) { return name.find(kind) != name.npos; });
}

// What the kernel shows is the memory that it has put them into at the start.
void hide_agent_secrets()
{
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        char* const shown = *entry;
        char* const mark = std::strchr(shown, '=');
        if (mark == nullptr || !is_agent_secret({shown, static_cast<std::size_t>(mark - shown)}))
            continue;
        const std::string name{shown, mark};
        if (setenv(name.c_str(), std::string{mark + 1}.c_str(), 1) == 0 && *entry != shown)
            explicit_bzero(mark + 1, std::strlen(mark + 1));
    }
}

} // namespace forager
