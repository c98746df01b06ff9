#include "cli/staged.hpp"

#include "cli/asking.hpp"
#include "primitives/files/glob.hpp"

#include <filesystem>

namespace forager::cli {

namespace {

bool is_script(const std::string& what)
{
    std::error_code ignored;
    return what.ends_with(".lua") || std::filesystem::is_regular_file(what, ignored);
}

// Where a function may be declared.
Result<std::vector<std::string>> files_for(const StagedOptions& options)
{
    if (!options.scripts.empty())
        return options.scripts;
    const auto settings = settings_for(options.common);
    if (!settings)
        return settings.error();
    std::vector<std::string> files;
    const Stop never{false};
    for (const std::string& pattern : settings->agent.scripts)
        if (const auto matches = blocking::glob(pattern, never))
            files.insert(files.end(), matches->begin(), matches->end());
    return files;
}

Result<StagedWork> script_work(const StagedOptions& options)
{
    if (!options.keywords.empty())
        return Failure{Errc::bad_arguments, "--kw is for functions: a script finds its arguments in `...`"};
    StagedWork work;
    work.is_script = true;
    work.scripts.emplace_back().path = options.what;
    work.invocation.function = options.what;
    work.invocation.args.assign(options.args.begin(), options.args.end());
    return work;
}

Result<StagedWork> function_work(const StagedOptions& options)
{
    StagedWork work;
    work.invocation.function = options.what;
    for (const std::string& text : options.args)
        work.invocation.args.push_back(json_or_text(text));
    auto kwargs = keyword_arguments(options.keywords);
    if (!kwargs)
        return kwargs.error();
    work.invocation.kwargs = std::move(*kwargs);
    auto files = files_for(options);
    if (!files)
        return files.error();
    for (std::string& file : *files)
        work.scripts.emplace_back().path = std::move(file);
    return work;
}

} // namespace

void add_staged_options(CLI::App& command, StagedOptions& options)
{
    add_operand(command, "FILE|FUNC", options.what, "A script, as for 'run', or a function, as for 'call'")->required();
    add_operands(command, "ARG", options.args, "Arguments");
    command.add_option("--kw", options.keywords, "A keyword argument of the function; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command
        .add_option("--script", options.scripts,
                    "A script that declares the function (default: those of the configuration); may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
}

Result<StagedWork> staged_work(const StagedOptions& options)
{
    return is_script(options.what) ? script_work(options) : function_work(options);
}

} // namespace forager::cli
