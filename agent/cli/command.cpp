#include "cli/command.hpp"

#include "core/options.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <cstddef>

namespace forager::cli {

namespace {

constexpr char shield = '\x01';

bool looks_like_syntax(std::string_view word)
{
    return word.starts_with('[') || (word.size() > 1 && word[0] == '-' && word[1] >= '0' && word[1] <= '9');
}

const CLI::App* command_in(const CLI::App& group, const std::string& word)
{
    const auto commands = group.get_subcommands({});
    const auto found =
        std::ranges::find_if(commands, [&](const CLI::App* command) { return command->get_name() == word; });
    return found == commands.end() ? nullptr : *found;
}

// Of any command of the group: which of them is meant is not known where it stands.
const CLI::Option* option_in(const CLI::App& group, const std::string& flag)
{
    for (const CLI::App* command : group.get_subcommands({}))
        if (const CLI::Option* option = command->get_option_no_throw(flag))
            return option;
    return nullptr;
}

// The first word from `at` on that is neither a flag of the group's commands nor the value of one.
std::size_t behind_flags(const CLI::App& group, const std::vector<std::string>& words, std::size_t at)
{
    while (at < words.size() && words[at].starts_with('-')) {
        const std::string flag = words[at].substr(0, words[at].find('='));
        const CLI::Option* option = option_in(group, flag);
        if (option == nullptr)
            break;
        const bool takes_next = option->get_items_expected_max() > 0 && flag.size() == words[at].size();
        at += takes_next ? 2 : 1;
    }
    return std::min(at, words.size());
}

} // namespace

std::vector<std::string> flags_behind_verbs(const CLI::App& program, std::vector<std::string> words)
{
    const CLI::App* group = words.empty() ? nullptr : command_in(program, words.front());
    for (std::size_t at = 1; group != nullptr; ++at) {
        const std::size_t verb = behind_flags(*group, words, at);
        group = verb < words.size() ? command_in(*group, words[verb]) : nullptr;
        if (group != nullptr)
            std::rotate(words.begin() + static_cast<std::ptrdiff_t>(at),
                        words.begin() + static_cast<std::ptrdiff_t>(verb),
                        words.begin() + static_cast<std::ptrdiff_t>(verb) + 1);
    }
    return words;
}

std::string unshielded(std::string word)
{
    return word.starts_with(shield) ? word.substr(1) : word;
}

Value json_or_text(const std::string& word)
{
    auto value = parse_json(word);
    return value ? std::move(*value) : Value{word};
}

Result<Object> keyword_arguments(const std::vector<std::string>& words)
{
    Object kwargs;
    for (const std::string& word : words) {
        const std::size_t end = word.find('=');
        if (end == 0 || end == std::string::npos)
            return Failure{Errc::bad_arguments, "--kw takes NAME=VALUE, not '" + word + "'"};
        kwargs.set(word.substr(0, end), json_or_text(word.substr(end + 1)));
    }
    return kwargs;
}

CLI::App* add_command(CLI::App& program, const char* name, const char* summary, Common& common)
{
    CLI::App* command = program.add_subcommand(name, summary);
    command->add_flag("--json", common.json, "Print one JSON document on stdout");
    command->add_flag("-q,--quiet", common.quiet, "No progress");
    command->add_flag("-v,--verbose", common.verbose, "More on stderr");
    command->add_option("--config", common.config, "Configuration file")->type_name("FILE")->check(CLI::ExistingFile);
    return command;
}

std::vector<std::string> shielded(int argc, char** argv)
{
    std::vector<std::string> words;
    bool operands_only = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--" && !operands_only)
            operands_only = true;
        else if (operands_only || looks_like_syntax(word))
            words.push_back(shield + std::string{word});
        else
            words.emplace_back(word);
    }
    return words;
}

CLI::Option* add_operand(CLI::App& command, const char* name, std::string& target, const char* help)
{
    return command.add_option(name, target, help)->type_name("")->transform(unshielded);
}

CLI::Option* add_operands(CLI::App& command, const char* name, std::vector<std::string>& target, const char* help)
{
    return command.add_option(name, target, help)->type_name("")->transform(unshielded);
}

CLI::Option* add_duration(CLI::App& command, const char* name, std::optional<std::chrono::nanoseconds>& target,
                          const char* help)
{
    return command
        .add_option_function<std::string>(
            name,
            [&target, name](const std::string& text) {
                const auto duration = to_duration(json_or_text(text));
                if (!duration)
                    throw CLI::ValidationError{name, duration.error().message};
                target = *duration;
            },
            help)
        ->type_name("DURATION");
}

} // namespace forager::cli
