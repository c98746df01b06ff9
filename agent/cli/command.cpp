#include "cli/command.hpp"

#include "base/duration.hpp"

namespace forager::cli {

CLI::App* add_command(CLI::App& program, const char* name, const char* summary, Common& common)
{
    CLI::App* command = program.add_subcommand(name, summary);
    command->add_flag("--json", common.json, "Print one JSON document on stdout");
    command->add_flag("-q,--quiet", common.quiet, "No progress");
    command->add_flag("-v,--verbose", common.verbose, "More on stderr");
    command->add_option("--config", common.config, "Configuration file")->type_name("FILE");
    return command;
}

void add_duration(CLI::App& command, const char* name, std::optional<std::chrono::nanoseconds>& target,
                  const char* help)
{
    command
        .add_option_function<std::string>(
            name,
            [&target, name](const std::string& text) {
                target = parse_duration(text);
                if (!target)
                    throw CLI::ValidationError{
                        name, "'" + text + R"(' is not a duration: write "250ms", "1.5s", "1h30m" or "2d")"};
            },
            help)
        ->type_name("DURATION");
}

} // namespace forager::cli
