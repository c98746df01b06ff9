#include "cli/progress.hpp"

#include "cli/live_progress.hpp"
#include "cli/plain_progress.hpp"

#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace forager::cli {

namespace {

bool is_set(const char* variable)
{
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

bool can_draw()
{
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::string_view{terminal} != "dumb";
}

} // namespace

std::unique_ptr<Progress> make_progress(const Common& common)
{
    if (can_draw() && !common.quiet && !common.verbose)
        return std::make_unique<LiveProgress>(!is_set("NO_COLOR"));
    return std::make_unique<PlainProgress>(common.quiet, common.verbose);
}

} // namespace forager::cli
