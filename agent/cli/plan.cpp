// forager plan: what a script or a function would do. Nothing is done.
#include "app/planning/planning.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "io/formats/json.hpp"
#include "primitives/files/glob.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

struct PlanOptions {
    Common common;
    std::string what;
    std::vector<std::string> args;
    std::vector<std::string> keywords;
    std::vector<std::string> scripts;
    std::vector<std::string> answers;
    std::optional<std::chrono::nanoseconds> timeout;
};

using Answers = std::map<std::string, std::deque<Value>>;

Result<Answers> answers_in(const std::vector<std::string>& words)
{
    Answers answers;
    for (const std::string& word : words) {
        const auto sign = word.find('=');
        if (sign == 0 || sign == std::string::npos)
            return Failure{Errc::bad_arguments, "--answer: '" + word + "' is not CALL=VALUE, as in --answer sh=done"};
        answers[word.substr(0, sign)].push_back(json_or_text(word.substr(sign + 1)));
    }
    return answers;
}

bool is_script(const std::string& what)
{
    std::error_code ignored;
    return what.ends_with(".lua") || std::filesystem::is_regular_file(what, ignored);
}

std::string in_quotes(std::string_view text)
{
    constexpr std::size_t most = 400; // of what people read; --json has all of it
    const bool is_long = text.size() > most;
    return to_json(Value{std::string{text.substr(0, most)} + (is_long ? "…" : "")});
}

// A command as a shell shows it, where it was one for a shell.
std::string command_line(const Array& argv)
{
    const auto word = [&](std::size_t i) {
        const auto* text = argv[i].get<std::string>();
        return text == nullptr ? to_json(argv[i]) : *text;
    };
    if (argv.size() == 3 && word(0) == "/bin/sh" && word(1) == "-c")
        return word(2);
    std::string line;
    for (std::size_t i = 0; i < argv.size(); ++i)
        line += (i == 0 ? "" : " ") + word(i);
    return line;
}

Object without(const Object& options, std::initializer_list<std::string_view> names)
{
    Object rest;
    for (const Member& member : options)
        if (std::ranges::find(names, member.name) == names.end())
            rest.append(member.name, member.value);
    return rest;
}

std::string shown_call(const PlannedStep& step)
{
    std::string text = step.call;
    Object rest = step.options;
    if (step.call == "sh") {
        text += " " + in_quotes(command_line(part<Array>(step.options, "argv")));
        rest = without(rest, {"argv"});
    } else if (step.call.starts_with("http.")) {
        text += " " + in_quotes(part<std::string>(step.options, "url"));
        rest = without(rest, {"method", "url"});
    }
    for (const Value& arg : step.args) {
        const auto* words = arg.get<std::string>();
        text += " " + (words == nullptr ? to_json(arg) : in_quotes(*words));
    }
    if (!rest.empty())
        text += " " + to_json(Value{std::move(rest)});
    return text;
}

Object row_of(const PlannedStep& step)
{
    Object row{{"call", step.call}, {"args", step.args}, {"options", step.options}, {"after", to_seconds(step.at)}};
    if (!step.function.empty())
        row.append("function", step.function);
    if (!step.where.empty())
        row.append("where", step.where);
    row.append("answered", !step.guessed);
    return row;
}

/// What is shown while the plan is made, and what comes of it.
class Sheet {
public:
    explicit Sheet(bool json) : json_{json} {}

    void note(const PlannedStep& step)
    {
        ++count_;
        if (json_) {
            rows_.emplace_back(row_of(step));
            return;
        }
        if (step.at > last_)
            write_out_meanwhile("     " + to_text(step.at - last_) + " later\n");
        last_ = step.at;
        std::string number = std::to_string(count_);
        number.insert(0, number.size() < 4 ? 4 - number.size() : 0, ' ');
        const std::string where = step.where.empty() ? "" : "   (" + step.where + ")";
        write_out_meanwhile(printable(number + " " + shown_call(step) + where + "\n"));
    }

    std::size_t count() const { return count_; }
    const Array& rows() const { return rows_; }

private:
    bool json_;
    std::size_t count_ = 0;
    Duration last_{};
    Array rows_;
};

// Where a function may be declared.
Result<std::vector<std::string>> scripts_for(const PlanOptions& options)
{
    if (!options.scripts.empty())
        return options.scripts;
    const auto settings = settings_for(options.common);
    if (!settings)
        return settings.error();
    std::vector<std::string> files;
    for (const std::string& pattern : settings->agent.scripts) {
        const auto matches = blocking::glob(pattern, Stop{false});
        if (matches)
            files.insert(files.end(), matches->begin(), matches->end());
    }
    return files;
}

asio::awaitable<Outcome> load_and_call(Planning& planning, std::vector<std::string> files, Invocation invocation,
                                       Observer& observer)
{
    for (const std::string& file : files) {
        const auto script = planning.script(file, scripting::Script::Mode::load);
        if (auto loaded = script->load(); !loaded)
            co_return loaded.error();
        Invocation loading;
        loading.function = file;
        loading.source = "load";
        auto loaded = co_await script->run_main(loading, observer);
        if (!loaded)
            co_return loaded.error();
    }
    auto outcome = co_await planning.scheduler().call(std::move(invocation), observer);
    co_return outcome;
}

asio::awaitable<Outcome> run_script(Planning& planning, Invocation invocation, Observer& observer)
{
    const auto script = planning.script(invocation.function, scripting::Script::Mode::run);
    if (auto loaded = script->load(); !loaded)
        co_return loaded.error();
    auto outcome = co_await script->run_main(invocation, observer);
    co_return outcome;
}

Result<Invocation> invocation_of(const PlanOptions& options)
{
    Invocation invocation;
    invocation.function = options.what;
    invocation.source = "plan";
    if (is_script(options.what)) {
        invocation.args.assign(options.args.begin(), options.args.end());
        return invocation;
    }
    for (const std::string& text : options.args)
        invocation.args.push_back(json_or_text(text));
    auto kwargs = keyword_arguments(options.keywords);
    if (!kwargs)
        return kwargs.error();
    invocation.kwargs = std::move(*kwargs);
    return invocation;
}

std::string as_steps(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " step" : " steps");
}

// A failure behind an answer that nobody gave says nothing about the script.
int conclude(const Ending& ending, const Sheet& sheet, const Planning& planning, const PlanOptions& options)
{
    const bool is_open =
        !ending.outcome && !ending.outcome.error().declaration && planning.has_guessed() && !ending.stopped;
    for (const std::string& name : planning.unused())
        write_err("--answer " + name + ": nothing of this name was asked for\n");
    if (!ending.outcome && !is_open)
        return exit_status(ending, print_failure(ending.outcome.error(), options.common));
    const std::string open =
        is_open ? "what follows depends on the answers: " + failure_text(ending.outcome.error()) : std::string{};
    if (options.common.json) {
        Object result{{"steps", sheet.rows()}, {"complete", !is_open}};
        if (is_open)
            result.append("error", ending.outcome.error().to_object());
        else
            result.append("result", as_one(*ending.outcome));
        write_out(to_json(Value{Object{{"ok", true}, {"result", std::move(result)}}}) + "\n");
        return Exit::done;
    }
    write_out(sheet.count() == 0 ? "nothing would be asked of the world\n"
                                 : as_steps(sheet.count()) + ", none of them done\n");
    if (is_open)
        write_err(open + "'--answer CALL=VALUE' gives one, as JSON or text; it may be repeated\n");
    else if (const Value result = as_one(*ending.outcome); !result.is_null())
        write_out("the result would be: " + for_people(result));
    return Exit::done;
}

int plan(const PlanOptions& options)
{
    auto answers = answers_in(options.answers);
    auto invocation = answers ? invocation_of(options) : Result<Invocation>{answers.error()};
    if (!invocation) {
        print_failure(invocation.error(), options.common);
        return Exit::usage;
    }
    const auto files =
        is_script(options.what) ? Result<std::vector<std::string>>{std::vector<std::string>{}} : scripts_for(options);
    if (!files)
        return print_failure(files.error(), options.common);
    Common calm = options.common; // that calls begin and end is seen in the plan
    calm.quiet = !calm.verbose;
    const auto progress = make_progress(calm);
    AppConfig config;
    config.virtual_time = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    config.time_limit = options.timeout.value_or(std::chrono::seconds{10});
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
    App app{std::move(config), *progress};
    Sheet sheet{options.common.json};
    Planning planning{app, std::move(*answers), [&](const PlannedStep& step) { sheet.note(step); }};
    invocation->id = planning.scheduler().fresh_id();
    const Ending ending =
        app.execute(is_script(options.what) ? run_script(planning, std::move(*invocation), *progress)
                                            : load_and_call(planning, *files, std::move(*invocation), *progress));
    progress->finish();
    return conclude(ending, sheet, planning, options);
}

} // namespace

void add_plan(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<PlanOptions>();
    CLI::App* command =
        add_command(program, "plan", "Say what a script or a function would do; do nothing", options->common);
    add_operand(*command, "FILE|FUNC", options->what, "A script, as for 'run', or a function, as for 'call'")
        ->required();
    add_operands(*command, "ARG", options->args, "Arguments");
    command->add_option("--kw", options->keywords, "A keyword argument of the function; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command
        ->add_option("--script", options->scripts,
                     "A script that declares the function (default: those of the configuration); may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command
        ->add_option("--answer", options->answers,
                     "What a call is answered with: sh=text, http.get={\"status\":404}; may be repeated")
        ->type_name("CALL=VALUE")
        ->allow_extra_args(false);
    add_duration(*command, "--timeout", options->timeout, "What it may take of the machine's time; default 10 s");
    command->footer(
        "Commands, requests, containers, messages and calls of built-in functions are shown and answered with "
        "stubs; only files are read. Time takes none.");
    command->callback([options, &chosen] { chosen = [options] { return plan(*options); }; });
}

} // namespace forager::cli
