#include "io/process/hidden_secrets.hpp"

#include "base/secrets.hpp"

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace forager {

// What the kernel shows is the memory that it has put them into at the start.
void hide_agent_secrets()
{
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        char* const shown = *entry;
        char* const mark = std::strchr(shown, '=');
        if (mark == nullptr || !is_agent_secret({shown, static_cast<std::size_t>(mark - shown)}))
            continue;
        const std::string name{shown, mark};
        const std::string value{mark + 1};
        if (setenv(name.c_str(), value.c_str(), 1) == 0 && *entry != shown)
            explicit_bzero(mark + 1, value.size());
    }
}

} // namespace forager
