#include "app/agent/settings_words.hpp"

#include "runtime/run_handler.hpp"

namespace forager {

Result<void> only_what_is_enforced(const config::Settings& settings)
{
    if (settings.permissions.empty())
        return {};
    Failure failure{Errc::bad_arguments, "[[permission]] is not enforced by this version, and the agent does not start "
                                         "as if it were: take its entries out of the configuration (`forager config "
                                         "explain` says where they stand), and bind scripts by the service's unit"};
    failure.declaration = true;
    return failure;
}

void tell_of_changes(const config::Settings& in_force, const Result<config::Settings>& present, const AgentLog& log)
{
    if (!present)
        log.warn("the configuration cannot be read any more, and the agent would not start with it: " +
                 sentence_of(present.error()));
    else if (!(*present == in_force))
        log.warn("the configuration has changed, and counts from the agent's next start on: restart it");
}

} // namespace forager
