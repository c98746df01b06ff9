// forager replay: runs a tape again, where there is no world; stops where it is told to.
#include "app/tape/replay.hpp"
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/replay/pause.hpp"
#include "cli/steps.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

namespace forager::cli {

namespace {

struct ReplayOptions {
    Common common;
    std::string tape;
    std::vector<std::string> breaks;
    bool current = false;
};

struct Lines final : Observer {
    void state(const Invocation&, State, std::string_view) override {}
    void line(const Invocation&, std::string_view text) override { said.emplace_back(text); }
    std::vector<std::string> said;
};

// The files as they are now, instead of those of then.
void forget_texts(StagedWork& work)
{
    for (StagedScript& script : work.scripts)
        script.text.reset();
}

bool is_same_end(const Outcome& one, const Outcome& other)
{
    if (one.has_value() != other.has_value())
        return false;
    return one ? *one == *other
               : one.error().code == other.error().code && one.error().message == other.error().message;
}

std::string told(const Outcome& outcome)
{
    return outcome ? to_json(as_one(*outcome)) : "the failure '" + outcome.error().message + "'";
}

std::optional<Failure> difference(const Tape& tape, const Replay& replay, const Lines& lines, const Outcome& end)
{
    if (replay.difference())
        return replay.difference();
    if (auto rest = replay.rest())
        return rest;
    if (!is_same_end(tape.end, end))
        return Failure{Errc::script, "it leaves the tape: it came to " + told(end) + " instead of " + told(tape.end)};
    const auto [then, now] = std::ranges::mismatch(tape.lines, lines.said);
    if (then != tape.lines.end() || now != lines.said.end())
        return Failure{Errc::script, "it leaves the tape: it said '" + (now == lines.said.end() ? "" : *now) +
                                         "' instead of '" + (then == tape.lines.end() ? "" : *then) + "'"};
    return std::nullopt;
}

Array rows_of(const Tape& tape)
{
    Array rows;
    for (const TapedCall& call : tape.calls)
        rows.emplace_back(asked_row(call.asked));
    return rows;
}

int replay(const ReplayOptions& options)
{
    auto tape = read_tape(options.tape);
    if (!tape) {
        print_failure(tape.error(), options.common);
        return Exit::usage;
    }
    if (tape->cut)
        write_err("forager: the tape is cut: it may be left where it ends\n");
    StagedWork work = tape->work;
    work.invocation.source = "record"; // as then
    if (options.current)
        forget_texts(work);
    Lines lines;
    AppConfig config;
    config.virtual_time = tape->begun;
    config.seed = tape->seed;
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
    App app{std::move(config), lines};
    const StagedWork shown = work;
    Pause pause{options.breaks, shown};
    Replay replay{app, *tape, [&](std::size_t number, const TapedCall& call, scripting::Task* task) {
                      if (!options.common.json && !pause.is_left())
                          write_out_meanwhile(numbered_line(number, call.asked));
                      pause.at(number, call, task);
                  }};
    const Ending ending = app.execute(perform(replay.stage(), std::move(work), lines));
    if (pause.is_left())
        return Exit::done;
    if (ending.stopped)
        return exit_status(ending, print_failure(ending.outcome.error(), options.common));
    if (const auto differs = difference(*tape, replay, lines, ending.outcome))
        return print_failure(*differs, options.common);
    if (options.common.json)
        write_out(
            to_json(Value{Object{{"ok", true}, {"result", Object{{"steps", rows_of(*tape)}, {"identical", true}}}}}) +
            "\n");
    else
        write_out(as_steps(tape->calls.size()) + ", as then; it came to " + printable(told(tape->end)) + "\n");
    return Exit::done;
}

} // namespace

void add_replay(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<ReplayOptions>();
    CLI::App* command =
        add_command(program, "replay", "Run a tape again: nothing is reached, time takes none", options->common);
    add_operand(*command, "TAPE", options->tape, "What 'forager record' has made")->required();
    command
        ->add_option("--break", options->breaks,
                     "Stop at this step, or at each call of this name, and ask what to do; may be repeated")
        ->type_name("N|CALL")
        ->allow_extra_args(false);
    command->add_flag("--current", options->current, "With the scripts as they are now, not as they were");
    command->footer("Exit status: 0 it went as then, 1 it left the tape, which is said, 2 it is no tape.");
    command->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

} // namespace forager::cli
