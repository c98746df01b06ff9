// forager functions: what can be called.
#include "app/backup_access.hpp"
#include "app/docker_access.hpp"
#include "app/kubernetes_access.hpp"
#include "cli/asking.hpp"
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

std::string signature(const Value& function)
{
    std::string text = text_of(function, "name") + "(";
    const auto* members = function.get<Object>();
    const Value* args = members == nullptr ? nullptr : members->find("args");
    if (args != nullptr && args->get<Array>() != nullptr)
        for (const Value& parameter : *args->get<Array>()) {
            text += text.back() == '(' ? "" : ", ";
            text += text_of(parameter, "name") + ": " + text_of(parameter, "type");
            if (const Value* fallback = parameter.get<Object>()->find("default"))
                text += " = " + to_json(*fallback);
        }
    if (text_of(function, "variadic") == "true")
        text += text.back() == '(' ? "…" : ", …";
    return text + ")";
}

std::string entry(const Value& function)
{
    if (text_of(function, "available") == "false")
        return text_of(function, "name") + ": not available: " + text_of(function, "reason") + "\n";
    std::string text = signature(function) + "\n";
    if (const std::string doc = text_of(function, "doc"); !doc.empty())
        text += "    " + doc + "\n";
    if (const std::string where = text_of(function, "where"); !where.empty())
        text += "    declared at " + where + "\n";
    return text;
}

std::string for_reading(const Value& functions)
{
    std::string text;
    for (const Value& function : *functions.get<Array>())
        text += entry(function);
    return text;
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

int list_here(const FunctionsOptions& options)
{
    const auto settings = settings_for(options.common);
    if (!settings)
        return print_failure(settings.error(), options.common);
    const auto progress = make_progress(options.common);
    AppConfig config;
    config.time_limit = std::chrono::seconds{10};
    config.no_docker = why_no_docker(*settings);
    config.no_kubernetes = why_no_kubernetes(*settings);
    config.no_backup = why_no_backup(*settings);
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
    App app{std::move(config), *progress};
    for (const std::string& path : options.scripts)
        if (const auto loaded = load(app, path, *progress); !loaded)
            return print_failure(loaded.error(), options.common);
    return print_ending({Outputs{Value{control::functions_data(app.registry())}}, {}}, options.common, for_reading);
}

int list_functions(const FunctionsOptions& options)
{
    if (options.scripts.empty()) {
        const Ending ending = answer_to(options.common, getting("/v1/functions"));
        if (ending.outcome || control::presence_in(ending.outcome.error()) != control::Presence::absent)
            return print_ending(ending, options.common, for_reading);
    }
    return list_here(options);
}

} // namespace

void add_functions(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<FunctionsOptions>();
    CLI::App* command =
        add_command(program, "functions", "List what can be called: by the running agent, or here when there is none",
                    options->common);
    command->add_option("--script", options->scripts, "List what this script declares, too; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command->callback([options, &chosen] { chosen = [options] { return list_functions(*options); }; });
}

} // namespace forager::cli
