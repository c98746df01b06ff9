#include "cli/cli.hpp"

#include "app/watchdog.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <algorithm>

namespace forager::cli {

namespace {

bool wants_json(int argc, char** argv)
{
    return std::any_of(argv, argv + argc, [](const char* argument) { return std::string_view{argument} == "--json"; });
}

// Help is printed; anything else is wrong usage.
int complain(const CLI::App& program, const CLI::ParseError& error, bool json)
{
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
        return program.exit(error);
    Common common;
    common.json = json;
    const Failure failure{Errc::bad_arguments, std::string{error.what()} + " (see 'forager --help')"};
    print_failure(failure, common);
    return Exit::usage;
}

} // namespace

int run(int argc, char** argv)
{
    block_watched_signals();
    CLI::App program{"Forager runs Lua scripts and workflows on this machine.", "forager"};
    program.require_subcommand(1);
    Action chosen;
    for (const AddCommand add : {add_run, add_call, add_check, add_functions, add_version})
        add(program, chosen);
    try {
        std::vector<std::string> words = shielded(argc, argv);
        std::ranges::reverse(words); // as the library wants them
        program.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        return complain(program, error, wants_json(argc, argv));
    }
    return chosen();
}

} // namespace forager::cli
