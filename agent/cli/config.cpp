// forager config: what is configured, where it comes from, and what is wrong with it.
#include "config/configuration.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "config/default_file.hpp"
#include "config/values.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <memory>

namespace forager::cli {

namespace {

using config::Configuration;
using config::Examination;
using config::Origin;

struct ConfigOptions {
    Common common;
    std::vector<std::string> files;
};

config::Sources sources_with(const std::string& file)
{
    config::Sources sources = config::surroundings();
    if (!file.empty())
        sources.file = file;
    return sources;
}

void tell_warnings(const std::vector<std::string>& warnings)
{
    for (const std::string& warning : warnings)
        write_err(printable("forager: warning: " + warning) + "\n");
}

Array as_list(const std::vector<std::string>& texts)
{
    return Array(texts.begin(), texts.end());
}

void explain_for_programs(const Configuration& configuration)
{
    Array list;
    for (const auto& [key, value, from] : configuration.origins)
        list.push_back(Object{{"key", key}, {"value", value}, {"from", from}});
    write_out(to_json(Value{
                  Object{{"ok", true}, {"result", std::move(list)}, {"warnings", as_list(configuration.warnings)}}}) +
              "\n");
}

std::string section_of(const Origin& origin)
{
    return origin.key.substr(0, origin.key.rfind('.'));
}

// "[agent]", and "[[executor]]" for "executor[1]".
std::string header_of(const std::string& section)
{
    const std::string name = section.substr(0, section.find('['));
    return name == section ? "[" + name + "]" : "[[" + name + "]]";
}

std::string line_of(const Origin& origin)
{
    return config::as_line(origin.key.substr(origin.key.rfind('.') + 1), origin.value);
}

// As a file that means the same, the origins beside it.
void explain_for_people(const Configuration& configuration)
{
    constexpr std::size_t widest = 60;
    std::size_t width = 0;
    for (const Origin& origin : configuration.origins)
        width = std::max(width, std::min(widest, line_of(origin).size()));
    std::string text;
    std::string section;
    for (const Origin& origin : configuration.origins) {
        if (section != section_of(origin))
            text += (text.empty() ? "" : "\n") + header_of(section_of(origin)) + "\n";
        section = section_of(origin);
        std::string line = line_of(origin);
        line.resize(std::max(line.size(), width), ' ');
        text += line + "  # " + origin.from + "\n";
    }
    write_out(printable(text));
    tell_warnings(configuration.warnings);
}

int explain(const Common& common)
{
    const auto configuration = config::read_configuration(sources_with(common.config));
    if (!configuration)
        return print_failure(configuration.error(), common);
    if (common.json)
        explain_for_programs(*configuration);
    else
        explain_for_people(*configuration);
    return Exit::done;
}

void print_findings(const Examination& all, bool json)
{
    if (!json) {
        for (const Failure& problem : all.problems)
            write_out(printable(problem.where + ": " + problem.message) + "\n");
        return tell_warnings(all.configuration.warnings);
    }
    Array findings;
    for (const Failure& problem : all.problems)
        findings.push_back(problem.to_object());
    Object document{{"ok", all.problems.empty()}};
    if (!all.problems.empty())
        document.append("error", all.problems.front().to_object());
    document.append("findings", std::move(findings));
    document.append("warnings", as_list(all.configuration.warnings));
    write_out(to_json(Value{std::move(document)}) + "\n");
}

int check(const ConfigOptions& options)
{
    std::vector<std::string> files = options.files;
    if (files.empty())
        files.push_back(options.common.config);
    Examination all;
    for (const std::string& file : files) {
        Examination one = config::examine(sources_with(file));
        std::ranges::move(one.problems, std::back_inserter(all.problems));
        std::ranges::move(one.configuration.warnings, std::back_inserter(all.configuration.warnings));
    }
    print_findings(all, options.common.json);
    return all.problems.empty() ? Exit::done : Exit::failed;
}

int print_default(const Common& common)
{
    const std::string text = config::default_file();
    write_out(common.json ? to_json(Value{Object{{"ok", true}, {"result", text}}}) + "\n" : text);
    return Exit::done;
}

} // namespace

void add_config(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<ConfigOptions>();
    CLI::App* command = program.add_subcommand("config", "See and check the configuration");
    command->require_subcommand(1);
    add_command(*command, "explain", "Print every value with where it comes from", options->common)
        ->callback([options, &chosen] { chosen = [options] { return explain(options->common); }; });
    CLI::App* checking = add_command(*command, "check", "Find mistakes in the configuration", options->common);
    add_operands(*checking, "FILE", options->files,
                 "Files, each as --config takes one; else what the agent would read");
    checking->callback([options, &chosen] { chosen = [options] { return check(*options); }; });
    add_command(*command, "default", "Print the default file", options->common)->callback([options, &chosen] {
        chosen = [options] { return print_default(options->common); };
    });
}

} // namespace forager::cli
