// forager plan: what a script or a function would do. Nothing is done.
#include "app/planning/planning.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/staged.hpp"
#include "cli/steps.hpp"
#include "io/formats/json.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace forager::cli {

namespace {

struct PlanOptions {
    StagedOptions staged;
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

Object row_of(const PlannedStep& step)
{
    Object row = asked_row(step.asked);
    row.append("after", to_seconds(step.at));
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
        constexpr Duration worth_telling = std::chrono::milliseconds{100}; // files that are read take real time
        if (step.at - last_ >= worth_telling)
            write_out_meanwhile("     " + to_text(step.at - last_) + " later\n");
        last_ = step.at;
        write_out_meanwhile(numbered_line(count_, step.asked));
    }

    std::size_t count() const { return count_; }
    const Array& rows() const { return rows_; }

private:
    bool json_;
    std::size_t count_ = 0;
    Duration last_{};
    Array rows_;
};

// Whoever plans a script that only declares may have meant one of its functions.
std::string nothing_asked(const std::vector<std::string>& declared)
{
    std::string text = "nothing would be asked of the world\n";
    if (!declared.empty())
        text += "it declares " + listed(declared) + ": 'forager plan " + declared.front() +
                " --script FILE' says what a call would do\n";
    return text;
}

// A failure behind an answer that nobody gave says nothing about the script.
int conclude(const Ending& ending, const Sheet& sheet, Planning& planning, bool is_script, const Common& common)
{
    const bool is_open =
        !ending.outcome && !ending.outcome.error().declaration && planning.has_guessed() && !ending.stopped;
    for (const std::string& name : planning.unused())
        write_err("--answer " + name + ": nothing of this name was asked for\n");
    if (!ending.outcome && !is_open)
        return exit_status(ending, print_failure(ending.outcome.error(), common));
    const std::string open =
        is_open ? "what follows depends on the answers: " + failure_text(ending.outcome.error()) : std::string{};
    if (common.json) {
        Object result{{"steps", sheet.rows()}, {"complete", !is_open}};
        if (is_open)
            result.append("error", ending.outcome.error().to_object());
        else
            result.append("result", as_one(*ending.outcome));
        write_out(to_json(Value{Object{{"ok", true}, {"result", std::move(result)}}}) + "\n");
        return Exit::done;
    }
    write_out(sheet.count() == 0 ? nothing_asked(is_script ? planning.stage().declared() : std::vector<std::string>{})
                                 : as_steps(sheet.count()) + ", none of them done\n");
    if (is_open)
        write_err(open + "'--answer CALL=VALUE' gives one, as JSON or text; it may be repeated\n");
    else if (const Value result = as_one(*ending.outcome); !result.is_null())
        write_out("the result would be: " + for_people(result));
    return Exit::done;
}

int plan(const PlanOptions& options)
{
    const Common& common = options.staged.common;
    auto answers = answers_in(options.answers);
    auto work = answers ? staged_work(options.staged) : Result<StagedWork>{answers.error()};
    if (!work) {
        print_failure(work.error(), common);
        return Exit::usage;
    }
    work->invocation.source = "plan";
    Common calm = common; // that calls begin and end is seen in the plan
    calm.quiet = !calm.verbose;
    const auto progress = make_progress(calm);
    AppConfig config;
    config.virtual_time = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    config.time_limit = options.timeout.value_or(std::chrono::seconds{10});
    config.last_words = [&](const Failure& failure) { print_last_words(failure, common); };
    App app{std::move(config), *progress};
    Sheet sheet{common.json};
    Planning planning{app, std::move(*answers), [&](const PlannedStep& step) { sheet.note(step); }};
    const bool is_script = work->is_script;
    const Ending ending = app.execute(perform(planning.stage(), std::move(*work), *progress));
    progress->finish();
    return conclude(ending, sheet, planning, is_script, common);
}

} // namespace

void add_plan(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<PlanOptions>();
    CLI::App* command =
        add_command(program, "plan", "Say what a script or a function would do; do nothing", options->staged.common);
    add_staged_options(*command, options->staged);
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
