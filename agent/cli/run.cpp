// forager run: a script here and now.
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

namespace forager::cli {

namespace {

struct RunOptions {
    Common common;
    std::string file;
    std::vector<std::string> args;
    std::optional<std::chrono::nanoseconds> timeout;
};

int run(const RunOptions& options)
{
    const auto progress = make_progress(options.common);
    AppConfig config;
    config.time_limit = options.timeout;
    config.tick = [&] { progress->tick(); };
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
    App app{std::move(config), *progress};
    connect_peers(options.common, app);
    const auto script = app.script(options.file, scripting::Script::Mode::run);
    if (auto loaded = script->load(); !loaded)
        return print_failure(loaded.error(), options.common);
    Invocation invocation;
    invocation.id = app.scheduler().fresh_id();
    invocation.function = options.file;
    invocation.source = "run";
    invocation.args.assign(options.args.begin(), options.args.end());
    const Ending ending = app.execute(script->run_main(invocation, *progress));
    progress->finish();
    return print_ending(ending, options.common);
}

} // namespace

void add_run(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command =
        add_command(program, "run", "Run a script here and now: no configuration, no server", options->common);
    add_operand(*command, "FILE", options->file, "The script; a workflow that it returns is run, too")->required();
    add_operands(*command, "ARG", options->args, "What the script finds in `...`");
    add_duration(*command, "--timeout", options->timeout, "End it when it takes longer");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

} // namespace forager::cli
