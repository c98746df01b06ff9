// forager ps: what waits, runs and sleeps, and what ended lately.
#include "cli/asking.hpp"
#include "cli/colony/commands.hpp"
#include "cli/command.hpp"

namespace forager::cli {

namespace {

constexpr int most_listed = 10'000; // by the agent

struct PsOptions {
    Common common;
    std::string state;
    std::string function;
    bool open = false;
    bool all = false;
    std::size_t limit = 20;
    bool colony = false;
    bool workflows = false;
    std::string executor;
    std::string label;
};

std::string escaped(const std::string& text)
{
    std::string result;
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) != 0 || letter == '.' || letter == '-' || letter == '_')
            result += letter;
        else
            result += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return result;
}

std::string shown(const Value& answer)
{
    std::vector<std::vector<std::string>> rows{{"ID", "STATE", "FUNCTION", "SUBMITTED", "NOTE"}};
    if (const auto* list = answer.get<Array>())
        for (const Value& one : *list) {
            const std::string label = text_of(one, "label");
            rows.push_back({text_of(one, "id"), text_of(one, "state"),
                            text_of(one, "function") + (label.empty() ? "" : " (" + label + ")"),
                            time_text(one, "submitted"), text_of(one, "note")});
        }
    return table(rows);
}

ColonyListing colony_listing(const PsOptions& options)
{
    return {options.common,    options.state, options.function, options.executor, options.label,
            options.workflows, options.open,  options.all,      options.limit};
}

int ps(const PsOptions& options)
{
    if (options.colony)
        return list_colony(colony_listing(options));
    const std::size_t limit = options.all ? most_listed : options.limit;
    std::string path = "/v1/invocations?limit=" + std::to_string(limit);
    if (!options.state.empty())
        path += "&state=" + escaped(options.state);
    if (!options.function.empty())
        path += "&function=" + escaped(options.function);
    if (options.open)
        path += "&open=true";
    return ask(options.common, getting(path), shown);
}

} // namespace

void add_ps(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<PsOptions>();
    CLI::App* command =
        add_command(program, "ps", "List invocations: what has not ended, and what ended lately", options->common);
    command->add_option("--state", options->state, "Only those in this state")
        ->check(CLI::IsMember({"waiting", "running", "sleeping", "succeeded", "failed", "cancelled"}));
    command->add_option("--function", options->function, "Only those of this function")->type_name("NAME");
    command->add_flag("--open", options->open, "Only those that have not ended");
    command->add_flag("--all", options->all, "All that are kept, up to 10000");
    command->add_option("--limit", options->limit, "At most so many (20)")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, most_listed).description(""));
    CLI::Option* colony = command->add_flag("--colony", options->colony, "Those of the colony of the configuration");
    command->add_flag("--workflows", options->workflows, "With --colony: workflows instead of processes")
        ->needs(colony);
    command->add_option("--executor", options->executor, "With --colony: only those for this type of executor")
        ->type_name("TYPE")
        ->needs(colony);
    command->add_option("--label", options->label, "With --colony: only those with this label")->needs(colony);
    command->callback([options, &chosen] { chosen = [options] { return ps(*options); }; });
}

} // namespace forager::cli
