#include "cli/usage.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"

#include <algorithm>

namespace forager::cli {

namespace {

std::vector<std::string> commands_of(const CLI::App& program)
{
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands({}))
        names.push_back(command->get_name());
    return names;
}

std::vector<std::string> flags_of(const CLI::App& command)
{
    std::vector<std::string> flags;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames())
            flags.push_back("--" + name);
    return flags;
}

// The nearest of what there is, or else all of it.
std::string instead(const std::string& word, const std::vector<std::string>& known)
{
    const auto near = nearest(word, known);
    return near ? "; did you mean '" + *near + "'?" : "; there are " + listed(known);
}

Failure with_help(std::string text)
{
    return {Errc::bad_arguments, std::move(text) + " (see 'forager --help')"};
}

// "forager config check".
std::string full_name(const CLI::App& command)
{
    const CLI::App* above = command.get_parent();
    return above == nullptr ? "forager" : full_name(*above) + " " + command.get_name();
}

// As far as the words name commands.
const CLI::App& innermost(const CLI::App& command)
{
    const auto inner = command.get_subcommands();
    return inner.empty() ? command : innermost(*inner.front());
}

// A command of commands, without one of them or with one that there is not.
Failure unfinished(const CLI::App& command, const std::vector<std::string>& rest)
{
    const std::string name = "'" + full_name(command);
    const std::vector<std::string> known = commands_of(command);
    if (rest.empty() || rest.front().starts_with('-'))
        return with_help(name + "' needs to know which: " + listed(known));
    return with_help("there is no " + name + " " + unshielded(rest.front()) + "'" + instead(rest.front(), known));
}

Failure unexpected(const CLI::App& command, const std::string& word)
{
    const std::string name = "'" + full_name(command) + "'";
    if (!word.starts_with('-'))
        return with_help(name + " has no use for '" + unshielded(word) + "'");
    const std::string flag = word.substr(0, word.find('='));
    return with_help(name + " has no flag '" + flag + "'" + instead(flag, flags_of(command)));
}

} // namespace

std::vector<std::string> with_help_flag(std::vector<std::string> words)
{
    const auto first = std::ranges::find_if(words, [](const std::string& word) { return !word.starts_with('-'); });
    if (first == words.end() || *first != "help")
        return words;
    words.erase(first);
    words.emplace_back("--help");
    return words;
}

std::optional<Failure> wrong_command(const CLI::App& program, const std::vector<std::string>& words)
{
    const auto found = std::ranges::find_if(words, [](const std::string& word) { return !word.starts_with('-'); });
    const std::vector<std::string> known = commands_of(program);
    if (found == words.end())
        return {};
    const std::string name = unshielded(*found);
    if (std::ranges::find(known, name) != known.end())
        return {};
    return with_help("there is no command '" + tail(name, 80) + "'" + instead(name, known));
}

Failure wrong_usage(const CLI::App& program, const CLI::ParseError& error)
{
    const auto chosen = program.get_subcommands();
    const std::vector<std::string> rest = program.remaining(true);
    if (chosen.empty() && rest.empty())
        return with_help("a command is needed: " + listed(commands_of(program)));
    if (const std::vector<std::string> early = program.remaining(); !early.empty())
        return with_help("'" + early.front() + "' stands before the command: flags stand behind it");
    const CLI::App& command = innermost(program);
    if (!commands_of(command).empty())
        return unfinished(command, rest);
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !rest.empty())
        return unexpected(command, rest.front());
    return with_help(error.what());
}

} // namespace forager::cli
