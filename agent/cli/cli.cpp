#include "cli/cli.hpp"

#include "app/watchdog.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/usage.hpp"
#include "io/process/kept/keeper.hpp"
#include "io/process/replica/replica_keeper.hpp"

#include <algorithm>

namespace forager::cli {

namespace {

bool wants_json(int argc, char** argv)
{
    return std::any_of(argv, argv + argc, [](const char* argument) { return std::string_view{argument} == "--json"; });
}

int complain(const Failure& failure, bool json)
{
    Common common;
    common.json = json;
    print_failure(failure, common);
    return Exit::usage;
}

// The values of flags are shielded like operands.
void unshield_flags(CLI::App& command)
{
    for (CLI::Option* option : command.get_options())
        if (option->nonpositional() && option->get_items_expected_max() > 0)
            option->transform(unshielded);
    for (CLI::App* inner : command.get_subcommands({}))
        unshield_flags(*inner);
}

} // namespace

void describe(CLI::App& program, Action& chosen)
{
    program.description("Forager runs Lua scripts and workflows on this machine.");
    program.name("forager");
    program.require_subcommand(1);
    program.set_version_flag("--version", std::string{"forager "} + version, "Print the version");
    constexpr AddCommand commands[] = {
        add_run,     add_call,      add_check,  add_plan,          add_record,   add_replay,  add_test,
        add_agent,   add_submit,    add_ps,     add_show,          add_logs,     add_cancel,  add_retry,
        add_signal,  add_status,    add_reload, add_functions,     add_config,   add_explain, add_drain,
        add_repl,    add_reconcile, add_apply,  add_get_documents, add_describe, add_delete,  add_diff,
        add_rollout, add_fs,        add_init,   add_keygen,        add_version};
    for (const AddCommand add : commands)
        add(program, chosen);
    unshield_flags(program);
}

int run(int argc, char** argv)
{
    if (is_keeper(argc, argv)) // not for people: the agent starts itself so
        return run_keeper();
    if (is_replica_keeper(argc, argv))
        return run_replica_keeper();
    hold_standard_streams();
    block_watched_signals();
    CLI::App program;
    Action chosen;
    describe(program, chosen);
    std::vector<std::string> words = flags_behind_verbs(program, with_help_flag(shielded(argc, argv)));
    const bool json = wants_json(argc, argv);
    if (const auto wrong = wrong_command(program, words))
        return complain(*wrong, json);
    try {
        std::ranges::reverse(words); // as the library wants them
        program.parse(std::move(words));
    } catch (const CLI::Success& help) {
        return program.exit(help);
    } catch (const CLI::ParseError& error) {
        return complain(wrong_usage(program, error), json);
    }
    return telling(chosen);
}

} // namespace forager::cli
