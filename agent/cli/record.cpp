// forager record: runs a script or a function, and keeps all that it asks of the world on a tape.
#include "app/tape/recorder.hpp"
#include "cli/asking.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/staged.hpp"
#include "io/entropy.hpp"

#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

namespace forager::cli {

namespace {

struct RecordOptions {
    StagedOptions staged;
    std::string out;
    std::optional<std::chrono::nanoseconds> timeout;
};

// What it says is kept, too.
class Listening final : public Observer {
public:
    Listening(Observer& target, std::vector<std::string>& lines) : target_{target}, lines_{lines} {}

    void state(const Invocation& invocation, State state, std::string_view note) override
    {
        target_.state(invocation, state, note);
    }

    void line(const Invocation& invocation, std::string_view text) override
    {
        constexpr std::size_t most = 100'000;
        if (lines_.size() < most)
            lines_.emplace_back(text);
        target_.line(invocation, text);
    }

private:
    Observer& target_;
    std::vector<std::string>& lines_;
};

// The tape says what ran, whatever becomes of the files.
Result<void> read_texts(StagedWork& work)
{
    for (StagedScript& script : work.scripts) {
        std::ifstream file{script.path, std::ios::binary};
        std::ostringstream text;
        text << file.rdbuf();
        if (!file)
            return Failure{Errc::not_found, "cannot read '" + script.path + "'"};
        script.text = text.str();
    }
    return {};
}

std::string tape_name(const RecordOptions& options)
{
    if (!options.out.empty())
        return options.out;
    std::string name = options.staged.what.substr(options.staged.what.rfind('/') + 1);
    if (name.ends_with(".lua"))
        name.resize(name.size() - 4);
    return name + ".tape";
}

int record(const RecordOptions& options)
{
    const Common& common = options.staged.common;
    auto work = staged_work(options.staged);
    if (!work) {
        print_failure(work.error(), common);
        return Exit::usage;
    }
    work->invocation.source = "record";
    if (const auto read = read_texts(*work); !read)
        return print_failure(read.error(), common);
    Tape tape;
    tape.work = *work;
    tape.seed = SystemRandom{}.next() >> 1; // a number that JSON can hold
    const auto progress = make_progress(common);
    AppConfig config;
    config.seed = tape.seed;
    config.time_limit = options.timeout;
    config.tick = [&] { progress->tick(); };
    config.last_words = [&](const Failure& failure) { print_last_words(failure, common); };
    App app{std::move(config), *progress};
    connect_peers(common, app);
    Listening listening{*progress, tape.lines};
    Recorder recorder{app, tape};
    const Ending ending = app.execute(perform(recorder.stage(), std::move(*work), listening));
    progress->finish();
    tape.end = ending.outcome;
    const std::string name = tape_name(options);
    if (const auto written = write_tape(name, tape); !written)
        return print_failure(written.error(), common);
    const int status = print_ending(ending, common);
    write_err("forager: the tape is " + name + (tape.cut ? ", which is cut: the run was too long for it\n" : "\n"));
    return status;
}

} // namespace

void add_record(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<RecordOptions>();
    CLI::App* command = add_command(program, "record", "Run a script or a function, and keep all it asks of the world",
                                    options->staged.common);
    add_staged_options(*command, options->staged);
    command->add_option("--out", options->out, "The tape (default: named as the script or function, here)")
        ->type_name("FILE");
    add_duration(*command, "--timeout", options->timeout, "End it when it takes longer");
    command->footer("A tape holds what the world answered, secrets among it: it is for you, not for everybody. "
                    "'forager replay' runs it again where there is no world.");
    command->callback([options, &chosen] { chosen = [options] { return record(*options); }; });
}

} // namespace forager::cli
