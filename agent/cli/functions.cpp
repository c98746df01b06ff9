// forager functions: what can be called.
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "control/description.hpp"
#include "io/formats/json.hpp"

namespace forager::cli {

namespace {

struct FunctionsOptions {
    Common common;
    std::vector<std::string> scripts;
};

std::string signature(const Function& function)
{
    std::string text = function.name + "(";
    for (const Parameter& parameter : function.parameters) {
        text += text.back() == '(' ? "" : ", ";
        text += parameter.name + ": " + std::string{name_of(parameter.type)};
        if (parameter.fallback)
            text += " = " + to_json(*parameter.fallback);
    }
    if (function.variadic)
        text += text.back() == '(' ? "…" : ", …";
    return text + ")";
}

void print_json(const Registry& registry)
{
    write_out(to_json(Value{Object{{"ok", true}, {"result", control::functions_data(registry)}}}) + "\n");
}

void print_text(const Registry& registry)
{
    std::string text;
    for (const auto& entry : registry.list()) {
        text += signature(entry->function) + "\n";
        if (!entry->function.doc.empty())
            text += "    " + entry->function.doc + "\n";
        if (!entry->function.where.empty())
            text += "    declared at " + entry->function.where + "\n";
    }
    for (const auto& [family, reason] : registry.unavailable())
        text += family + ".*: not available: " + reason + "\n";
    write_out(text);
}

Result<void> load(App& app, const std::string& path, Observer& observer)
{
    const auto script = app.script(path, scripting::Script::Mode::check);
    if (auto loaded = script->load(); !loaded)
        return loaded;
    Invocation invocation;
    invocation.function = path;
    const Ending ending = app.execute(script->run_main(invocation, observer));
    if (ending.outcome || script->used_stub)
        return {};
    return ending.outcome.error();
}

int list_functions(const FunctionsOptions& options)
{
    const auto progress = make_progress(options.common);
    AppConfig config;
    config.time_limit = std::chrono::seconds{10};
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
    App app{std::move(config), *progress};
    for (const std::string& path : options.scripts)
        if (const auto loaded = load(app, path, *progress); !loaded)
            return print_failure(loaded.error(), options.common);
    if (options.common.json)
        print_json(app.registry());
    else
        print_text(app.registry());
    return Exit::done;
}

} // namespace

void add_functions(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<FunctionsOptions>();
    CLI::App* command = add_command(program, "functions", "List what can be called", options->common);
    command->add_option("--script", options->scripts, "List what this script declares, too; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command->callback([options, &chosen] { chosen = [options] { return list_functions(*options); }; });
}

} // namespace forager::cli
