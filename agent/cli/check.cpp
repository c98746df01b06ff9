// forager check: finds mistakes without doing anything.
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "io/formats/json.hpp"

namespace forager::cli {

namespace {

struct CheckOptions {
    Common common;
    std::vector<std::string> files;
};

// The main chunk is run against stubs. What fails after one was used may fail for want of real data: no finding.
std::vector<Failure> check_script(App& app, const std::string& path, Observer& observer)
{
    const auto script = app.script(path, scripting::Script::Mode::check);
    if (auto loaded = script->load(); !loaded)
        return {loaded.error()};
    Invocation invocation;
    invocation.function = path;
    std::vector<Failure> findings;
    const Ending ending = app.execute(script->run_main(invocation, observer));
    if (!ending.outcome && (ending.outcome.error().declaration || !script->used_stub))
        findings.push_back(ending.outcome.error());
    for (const auto& [name, workflow] : script->workflows)
        if (auto checked = app.workflows().check(workflow); !checked)
            findings.push_back(checked.error());
    return findings;
}

int check(const CheckOptions& options)
{
    std::vector<Failure> findings;
    for (const std::string& path : options.files) {
        Common quiet = options.common;
        quiet.quiet = true;
        const auto progress = make_progress(quiet);
        AppConfig config;
        config.time_limit = std::chrono::seconds{10};
        config.last_words = [&](Watchdog::Stop stop) { print_last_words(stop, options.common); };
        App app{std::move(config), *progress};
        for (Failure& finding : check_script(app, path, *progress)) {
            if (finding.where.empty())
                finding.where = path;
            findings.push_back(std::move(finding));
        }
    }
    if (options.common.json) {
        Array list;
        for (const Failure& finding : findings)
            list.push_back(finding.to_object());
        Object document{{"ok", findings.empty()}};
        if (!findings.empty())
            document.append("error", findings.front().to_object());
        document.append("findings", std::move(list));
        write_out(to_json(Value{std::move(document)}) + "\n");
    } else {
        for (const Failure& finding : findings)
            write_out(finding.where + ": " + finding.message + "\n");
    }
    return findings.empty() ? Exit::done : Exit::failed;
}

} // namespace

void add_check(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* command = add_command(program, "check", "Find mistakes in scripts without running them", options->common);
    add_operands(*command, "FILE", options->files, "Scripts")->required();
    command->callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

} // namespace forager::cli
