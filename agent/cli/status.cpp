// forager status, reload and drain: the running agent as a whole.
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <optional>
#include <string>

namespace forager::cli {

namespace {

int show_status(const Common& common)
{
    return ask(common, getting("/v1/status"), for_people);
}

// Of one script whose file does not load; empty for one that does.
std::string problem_of(const Value& script)
{
    const auto* members = script.get<Object>();
    const Value* problem = members == nullptr ? nullptr : members->find("problem");
    if (problem == nullptr)
        return {};
    const std::string where = text_of(*problem, "where");
    return (where.empty() ? text_of(script, "path") : where) + ": " + text_of(*problem, "message") +
           (text_of(script, "serves") == "true" ? " (the script as it was before goes on)"
                                                : " (the script is left out)");
}

std::optional<Failure> left_out(const Value& scripts)
{
    std::string text;
    if (const auto* list = scripts.get<Array>())
        for (const Value& script : *list)
            if (const std::string problem = problem_of(script); !problem.empty())
                text += (text.empty() ? "" : "\n") + problem;
    if (text.empty())
        return std::nullopt;
    Failure failure{Errc::script, std::move(text)};
    failure.details.append("scripts", scripts);
    return failure;
}

// What was asked for was that all of them load.
int reload(const Common& common)
{
    const Ending ending = answer_to(common, posting("/v1/reload", {}));
    if (ending.outcome)
        if (const auto failure = left_out(as_one(*ending.outcome)))
            return print_failure(*failure, common);
    return print_ending(ending, common, [](const Value& scripts) { return printable(for_people(scripts)); });
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
