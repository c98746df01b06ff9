// forager agent: the daemon.
#include "app/agent/agent.hpp"
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "io/process/hidden_secrets.hpp"

namespace forager::cli {

namespace {

int run_agent(const Common& common)
{
    hide_agent_secrets();
    auto settings = settings_for(common);
    if (!settings)
        return print_failure(settings.error(), common);
    const auto reread = [&common]() -> Result<config::Settings> {
        auto configuration = config::read_configuration(sources_for(common));
        if (!configuration)
            return configuration.error();
        return std::move(configuration->settings);
    };
    Agent agent{std::move(*settings), reread};
    const Ending ending = agent.run();
    // A signal is how an agent is told to stop: that it has done so is success.
    if (ending.stopped && ending.stopped->signal != 0)
        return Exit::done;
    return ending.outcome ? Exit::done : print_failure(ending.outcome.error(), common);
}

} // namespace

void add_agent(CLI::App& program, Action& chosen)
{
    const auto common = std::make_shared<Common>();
    CLI::App* command =
        add_command(program, "agent", "Serve scripts, the queue and the local socket until stopped", *common);
    command->callback([common, &chosen] { chosen = [common] { return run_agent(*common); }; });
}

} // namespace forager::cli
