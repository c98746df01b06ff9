// Prints what the manual pages and the completions are made of: every command with its flags and operands, and every
// key of the configuration. Runs while the project is built, and is not installed.
#include "base/version.hpp"
#include "cli/command.hpp"
#include "config/default_file.hpp"
#include "config/table.hpp"
#include "config/values.hpp"
#include "io/formats/json.hpp"

#include <iostream>

namespace forager {

namespace {

constexpr int several = 2;

Array names_of(const CLI::Option& option)
{
    Array names;
    for (const std::string& name : option.get_snames())
        names.push_back("-" + name);
    for (const std::string& name : option.get_lnames())
        names.push_back("--" + name);
    return names;
}

// A flag, or an operand: its value is what stands for it in the usage.
Object described(const CLI::Option& option)
{
    const bool operand = option.get_positional();
    const std::string value = operand ? option.get_name(true) : option.get_type_name();
    return {{"names", names_of(option)},
            {"value", option.get_expected_max() == 0 ? "" : value},
            {"help", option.get_description()},
            {"required", option.get_required()},
            {"repeated", option.get_expected_max() >= several}};
}

Object described(const CLI::App& command)
{
    Array flags;
    Array operands;
    for (const CLI::Option* option : command.get_options())
        (option->get_positional() ? operands : flags).push_back(described(*option));
    Array commands;
    for (const CLI::App* inner : command.get_subcommands({}))
        commands.push_back(described(*inner));
    return {{"name", command.get_name()},
            {"summary", command.get_description()},
            {"flags", std::move(flags)},
            {"operands", std::move(operands)},
            {"commands", std::move(commands)}};
}

Object described(const config::Section& section, const config::Key& key, const config::Settings& defaults)
{
    return {{"name", key.name},
            {"meaning", config::meaning_of(key)},
            {"default", config::as_line(key.name, key.show(defaults, 0))},
            {"secret", key.kind == config::Kind::secret},
            {"variable", config::own_variable(section, key)}};
}

Object described(const config::Section& section, const config::Settings& defaults)
{
    Array keys;
    for (const config::Key& key : section.keys)
        keys.push_back(described(section, key, defaults));
    return {
        {"name", section.name}, {"meaning", section.doc}, {"repeated", section.repeated()}, {"keys", std::move(keys)}};
}

Object tables()
{
    CLI::App program;
    cli::Action chosen;
    cli::describe(program, chosen);
    const config::Settings defaults = config::one_of_each();
    Array sections;
    for (const config::Section& section : config::sections())
        sections.push_back(described(section, defaults));
    return {{"version", version}, {"program", described(program)}, {"sections", std::move(sections)}};
}

} // namespace

} // namespace forager

int main()
{
    std::cout << forager::to_json(forager::Value{forager::tables()}) << '\n';
}
