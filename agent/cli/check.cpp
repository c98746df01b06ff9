// forager check: finds mistakes without doing anything.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "config/configuration.hpp"
#include "io/formats/json.hpp"
#include "scripting/analysis/analysis.hpp"
#include "scripting/explaining/excerpt.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>

namespace forager::cli {

namespace {

using scripting::Analysis;

struct CheckOptions {
    Common common;
    std::vector<std::string> files;
};

// What is wrong with the script's workflows; a function that this agent cannot offer is worth a note.
void check_workflows(App& app, const scripting::Script& script, std::vector<Failure>& found,
                     std::vector<Failure>& notes)
{
    for (const auto& [name, workflow] : script.workflows)
        if (auto checked = app.workflows().check(workflow, &app.registry()); !checked)
            (checked.error().code == Errc::refused ? notes : found).push_back(checked.error());
}

// The main chunk is run against stubs.
std::optional<Failure> run_main(App& app, scripting::Script& script, Observer& observer)
{
    Invocation invocation;
    invocation.function = script.path();
    const Ending ending = app.execute(script.run_main(invocation, observer));
    if (ending.outcome)
        return std::nullopt;
    Failure failure = ending.outcome.error();
    // It is said of the workflow itself.
    if (failure.code == Errc::refused && !script.returned_workflow.empty())
        return std::nullopt;
    if (failure.where.empty())
        failure.where = script.path();
    return failure;
}

Analysis with(Analysis analysis, Failure failure)
{
    analysis.findings.push_back(std::move(failure));
    return analysis;
}

Analysis check_script(App& app, const std::string& path, Observer& observer)
{
    const auto script = app.script(path, scripting::Script::Mode::check);
    Analysis analysis;
    if (auto loaded = script->load(); !loaded)
        return with(std::move(analysis), loaded.error());
    const auto description = script->description();
    if (!description)
        return with(std::move(analysis), description.error());
    const auto failure = run_main(app, *script, observer);
    analysis = scripting::analyse(scripting::LibraryShape{*description}, path, app.registry());
    std::vector<Failure> found;
    std::vector<Failure> notes;
    // What fails for want of real data or arguments is no finding.
    if (failure && (failure->declaration || !(script->used_stub || analysis.arguments)))
        found.push_back(*failure);
    check_workflows(app, *script, found, notes);
    scripting::add_found(analysis.findings, std::move(found));
    scripting::add_found(analysis.notes, std::move(notes));
    return analysis;
}

Analysis check_configuration(const std::string& path)
{
    config::Sources sources = config::surroundings();
    sources.file = path;
    config::Examination examination = config::examine(sources);
    Analysis analysis;
    analysis.findings = std::move(examination.problems);
    return analysis;
}

// `stuck` is called when the script holds up everything, and then the program ends.
Analysis check_file(const std::string& path, const Common& common, const std::function<void(Failure)>& stuck)
{
    if (path.ends_with(".toml"))
        return check_configuration(path);
    Common quiet = common;
    quiet.quiet = true;
    const auto progress = make_progress(quiet);
    AppConfig config;
    config.time_limit = std::chrono::seconds{10};
    config.last_words = [&](Failure failure) {
        failure.where = path;
        stuck(std::move(failure));
    };
    App app{std::move(config), *progress};
    Analysis analysis = check_script(app, path, *progress);
    for (Failure& finding : analysis.findings)
        if (finding.where.empty())
            finding.where = path;
    return analysis;
}

Array as_list(const std::vector<Failure>& failures)
{
    Array list;
    for (const Failure& failure : failures)
        list.push_back(failure.to_object());
    return list;
}

void print_json(const Analysis& all)
{
    Object document{{"ok", all.findings.empty()}};
    if (!all.findings.empty())
        document.append("error", all.findings.front().to_object());
    document.append("findings", as_list(all.findings));
    document.append("notes", as_list(all.notes));
    if (all.more > 0)
        document.append("more", all.more);
    write_out(to_json(Value{std::move(document)}) + "\n");
}

void print_for_people(const Analysis& all)
{
    for (const Failure& finding : all.findings)
        write_out(printable(finding.where + ": " + finding.message + "\n" + scripting::excerpt_of(finding)));
    for (const Failure& note : all.notes)
        write_err(printable(note.where + ": note: " + note.message) + "\n");
    if (all.more > 0)
        write_out("and " + std::to_string(all.more) + " more\n");
}

// A thousand mistakes are told one after the other by nobody.
void shorten(Analysis& all)
{
    constexpr std::size_t most_shown = 100;
    const std::size_t shown = std::min(all.findings.size(), most_shown);
    all.more += all.findings.size() - shown;
    all.findings.resize(shown);
    all.notes.resize(std::min(all.notes.size(), most_shown));
}

void append(std::vector<Failure>& list, std::vector<Failure>& more)
{
    std::ranges::move(more, std::back_inserter(list));
}

int print(Analysis& all, const Common& common)
{
    shorten(all);
    if (common.json)
        print_json(all);
    else
        print_for_people(all);
    return all.findings.empty() ? Exit::done : Exit::failed;
}

int check(const CheckOptions& options)
{
    Analysis all;
    const auto stuck = [&](Failure failure) {
        all.findings.push_back(std::move(failure));
        telling([&] { return print(all, options.common); });
    };
    for (const std::string& path : options.files) {
        Analysis one = check_file(path, options.common, stuck);
        append(all.findings, one.findings);
        append(all.notes, one.notes);
        all.more += one.more;
    }
    return print(all, options.common);
}

} // namespace

void add_check(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* command = add_command(
        program, "check", "Find mistakes in scripts and configuration without running anything", options->common);
    add_operands(*command, "FILE", options->files, "Scripts, and configuration files (.toml)")->required();
    command->callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

} // namespace forager::cli
