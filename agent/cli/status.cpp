// forager status, reload and drain: the running agent as a whole.
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace forager::cli {

namespace {

int show_status(const Common& common)
{
    return ask(common, getting("/v1/status"), for_people);
}

int reload(const Common& common)
{
    return ask(common, posting("/v1/reload", {}), for_people);
}

void add(CLI::App& program, Action& chosen, const char* name, const char* summary, int (*act)(const Common& common))
{
    const auto common = std::make_shared<Common>();
    CLI::App* command = add_command(program, name, summary, *common);
    command->callback([common, act, &chosen] { chosen = [common, act] { return act(*common); }; });
}

struct DrainOptions {
    Common common;
    bool resume = false;
};

int drain(const DrainOptions& options)
{
    return ask(options.common, posting(options.resume ? "/v1/resume" : "/v1/drain", {}), for_people);
}

} // namespace

void add_drain(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<DrainOptions>();
    CLI::App* command =
        add_command(program, "drain", "Begin no more work, and wait until what runs has ended", options->common);
    command->add_flag("--resume", options->resume, "Begin work again");
    command->callback([options, &chosen] { chosen = [options] { return drain(*options); }; });
}

void add_status(CLI::App& program, Action& chosen)
{
    add(program, chosen, "status", "Show what the running agent does: its loops, its queue, its scripts", show_status);
}

void add_reload(CLI::App& program, Action& chosen)
{
    add(program, chosen, "reload", "Have the running agent load its scripts again", reload);
}

} // namespace forager::cli
