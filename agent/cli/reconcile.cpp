// forager reconcile: makes it so as documents say, without an agent and without a server.
#include "app/reconciling.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/documents/file_stamps.hpp"
#include "cli/documents/reading.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "io/beside.hpp"
#include "io/formats/json.hpp"
#include "ports/within.hpp"
#include "store/memory.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

using reconcile::Document;
using reconcile::Key;

constexpr Duration usual_patience = std::chrono::minutes{5};
constexpr std::size_t enough_failures = 5; // in a row, of a command that does not stay

struct ReconcileOptions {
    Common common;
    std::vector<std::string> files;
    std::vector<std::string> scripts;
    bool watch = false;
    bool remove = false;
    std::optional<std::chrono::nanoseconds> timeout;
};

// With what programs can rely on, also before anybody has looked.
Object status_line_of(const Document& document)
{
    Object status = document.status;
    const std::pair<const char*, Value> needed[] = {{"name", document.key.name},
                                                    {"kind", document.key.kind},
                                                    {"phase", "Pending"},
                                                    {"message", ""},
                                                    {"generation", document.generation()},
                                                    {"replicas", std::int64_t{0}},
                                                    {"ready", std::int64_t{0}},
                                                    {"instances", Array{}}};
    for (const auto& [name, value] : needed)
        if (status.find(name) == nullptr)
            status.append(name, value);
    return status;
}

// Only some kinds have replicas.
std::string row_of(const Document& document)
{
    const Object status = status_line_of(document);
    std::string row = to_text(document.key) + ": " + part<std::string>(status, "phase");
    if (document.status.find("replicas") != nullptr)
        row += ", " + std::to_string(part<std::int64_t>(status, "ready")) + " of " +
               std::to_string(part<std::int64_t>(status, "replicas")) + " ready";
    const auto message = part<std::string>(status, "message");
    return row + (message.empty() ? "" : ": " + message);
}

/// One run of the command.
class Session {
public:
    Session(const ReconcileOptions& options, const config::Settings& settings, App& app, Observer& observer)
        : options_{options},
          app_{app},
          reconciling_{{app, settings, documents_,
                        [&app, &observer](Invocation invocation) {
                            return app.scheduler().call(std::move(invocation), observer);
                        },
                        [this](const Document& document) { show(document); },
                        [this](const std::string& message) { say(message, !options_.common.quiet); },
                        [this](const std::string& message) { say(message, true); }}}
    {
        app.touch_documents_with([this](const std::string& kind, const std::string& name) {
            reconciling_.keeper().touch({"", "", kind, name});
        });
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { app_.touch_documents_with({}); }

    asio::awaitable<Outcome> work(std::vector<std::shared_ptr<scripting::Script>> scripts, Observer& observer);

private:
    Result<void> take()
    {
        for (const std::string& file : options_.files) {
            stamps_.note(file);
            auto written = read_documents(file);
            if (!written)
                return written.error();
            for (WrittenDocument& one : *written) {
                if (const auto fine = check(one); !fine)
                    return fine.error();
                documents_given_.push_back(std::move(one));
            }
        }
        return {};
    }

    Result<void> check(const WrittenDocument& written)
    {
        if (const auto fine = reconciling_.keeper().check(written.document); !fine) {
            Failure failure = placed(written, fine.error());
            failure.declaration = failure.details.find("field") != nullptr;
            return failure;
        }
        return {};
    }

    void show(const Document& document)
    {
        if (options_.common.json)
            print(to_json(Value{status_line_of(document)}) + "\n");
        else if (options_.watch && !options_.common.quiet)
            print(printable(row_of(document) + "\n"));
    }

    // Called by whatever has looked: what cannot be written ends the command, and not that look.
    void print(const std::string& line)
    {
        try {
            is_heard_ = write_out_meanwhile(line) && is_heard_;
        } catch (const std::system_error& lost) {
            lost_ = Failure{Errc::refused, lost.what()};
        }
    }

    void say(const std::string& message, bool wanted) const
    {
        if (wanted && !options_.common.json)
            write_err(printable(message + "\n"));
    }

    asio::awaitable<Result<void>> begin();
    asio::awaitable<Result<bool>> arrived();
    asio::awaitable<Result<bool>> follow_files();
    asio::awaitable<void> read_again(std::string file);
    void tell_missing(const std::string& file, const std::set<Key>& present);
    Failure too_late();
    std::optional<Failure> failure_of(const reconciling::Kept& kept) const;

    const ReconcileOptions& options_;
    App& app_;
    store::MemoryDocuments documents_;
    Reconciling reconciling_;
    std::vector<WrittenDocument> documents_given_;
    FileStamps stamps_;
    std::map<Key, std::string> given_; // and by which file
    bool is_heard_ = true;             // somebody reads what is printed
    std::optional<Failure> lost_;      // what could not be printed
};

// Scripts declare first; what they return is not wanted here.
asio::awaitable<Outcome> Session::work(std::vector<std::shared_ptr<scripting::Script>> scripts, Observer& observer)
{
    for (const auto& script : scripts) {
        Invocation loading;
        loading.function = script->path();
        loading.source = "load";
        auto loaded = co_await script->run_main(loading, observer);
        if (!loaded)
            co_return loaded.error();
    }
    reconciling_.serve(scripts);
    if (const auto taken = take(); !taken)
        co_return taken.error();
    auto begun = co_await begin();
    if (begun.has_error())
        co_return begun.error();
    std::exception_ptr thrown;
    std::optional<Result<bool>> done;
    try {
        const auto patience =
            options_.watch ? std::nullopt : std::optional{app_.now() + options_.timeout.value_or(usual_patience)};
        done = co_await beside(reconciling_.run(),
                               within(app_.clock(), patience, options_.watch ? follow_files() : arrived(), ""));
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await reconciling_.stop();
    if (thrown)
        std::rethrow_exception(thrown);
    if (done->has_error() && done->error().code == Errc::timed_out)
        co_return too_late();
    if (done->has_error())
        co_return done->error();
    co_return Outputs{};
}

// What is to be removed is not made first.
asio::awaitable<Result<void>> Session::begin()
{
    for (const WrittenDocument& written : documents_given_) {
        auto document = reconcile::applied(nullptr, written.document, "", app_.clock().wall());
        if (document.has_error())
            co_return document.error();
        if (!given_.emplace(document->key, written.file).second) {
            Failure failure{Errc::bad_arguments, to_text(document->key) + " is given twice"};
            failure.declaration = true;
            co_return placed(written, failure);
        }
        document->deleting = options_.remove;
        auto kept = co_await documents_.keep(std::move(*document));
        if (kept.has_error())
            co_return kept.error();
    }
    auto loaded = co_await reconciling_.keeper().load();
    co_return loaded;
}

std::optional<Failure> Session::failure_of(const reconciling::Kept& kept) const
{
    const bool is_stuck = kept.hopeless || kept.failures >= enough_failures;
    if (!kept.has_failed && !kept.document.has_failed() && !is_stuck)
        return std::nullopt;
    return Failure{Errc::refused,
                   to_text(kept.document.key) + ": " + part<std::string>(kept.document.status, "message")};
}

// Whether all is as the documents say.
asio::awaitable<Result<bool>> Session::arrived()
{
    constexpr Duration pause = std::chrono::milliseconds{50};
    for (;;) {
        const auto all = reconciling_.keeper().list();
        if (lost_)
            co_return *lost_;
        for (const reconciling::Kept& kept : all)
            if (auto failure = failure_of(kept))
                co_return *failure;
        const auto is_there = [](const reconciling::Kept& kept) {
            const auto phase = part<std::string>(kept.document.status, "phase");
            return !kept.document.deleting && (phase == "Running" || phase == "Paused");
        };
        if (std::ranges::all_of(all, is_there))
            break;
        co_await sleep_for(app_.clock(), pause);
    }
    if (!options_.common.json)
        for (const reconciling::Kept& kept : reconciling_.keeper().list())
            print(printable(row_of(kept.document) + "\n"));
    if (lost_)
        co_return *lost_;
    co_return true;
}

// A change of a file is a change of its documents.
asio::awaitable<Result<bool>> Session::follow_files()
{
    constexpr Duration pause = std::chrono::milliseconds{200};
    while (is_heard_) {
        co_await sleep_for(app_.clock(), pause);
        if (lost_)
            co_return *lost_;
        for (const std::string& file : stamps_.changed())
            co_await read_again(file);
    }
    co_return true;
}

asio::awaitable<void> Session::read_again(std::string file)
{
    auto written = read_documents(file);
    if (!written) {
        write_err(failure_text(written.error()));
        co_return;
    }
    std::set<Key> present;
    for (const WrittenDocument& one : *written) {
        if (const auto key = reconcile::key_of(one.document, "")) {
            present.insert(*key);
            given_[*key] = one.file;
        }
        if (const auto fine = check(one); !fine) {
            write_err(failure_text(fine.error()));
            continue;
        }
        auto applied = co_await reconciling_.keeper().apply(one.document, "");
        if (applied.has_error())
            write_err(failure_text(placed(one, applied.error())));
    }
    tell_missing((*written).front().file, present);
}

// A slip of an editor must not remove what runs.
void Session::tell_missing(const std::string& file, const std::set<Key>& present)
{
    for (auto given = given_.begin(); given != given_.end();) {
        const auto one = given++;
        if (one->second != file || present.contains(one->first))
            continue;
        write_err(printable("forager: " + to_text(one->first) + " is no longer in " + file +
                            ": what was made for it stays, and is kept until this ends; '--delete' of a file with it "
                            "removes it\n"));
        given_.erase(one);
    }
}

Failure Session::too_late()
{
    std::string why;
    for (const reconciling::Kept& kept : reconciling_.keeper().list())
        if (part<std::string>(kept.document.status, "phase") != "Running")
            why += (why.empty() ? "" : "; ") + row_of(kept.document);
    return {Errc::timed_out,
            "not done within " + to_text(Duration{options_.timeout.value_or(usual_patience)}) + ": " + why};
}

int reconcile_files(const ReconcileOptions& options)
{
    if (options.watch && options.remove) {
        print_failure(Failure{Errc::bad_arguments, "--delete removes and ends: it does not go with --watch"},
                      options.common);
        return Exit::usage;
    }
    const auto settings = settings_for(options.common);
    if (!settings) {
        print_failure(settings.error(), options.common);
        return Exit::usage;
    }
    Common calm = options.common; // what scripts print is shown, not that each pass begins and ends
    calm.quiet = !calm.verbose;
    const auto progress = make_progress(calm);
    AppConfig config;
    config.last_words = [&](const Failure& failure) { print_last_words(failure, options.common); };
    App app{std::move(config), *progress};
    connect_peers(options.common, app);
    std::vector<std::shared_ptr<scripting::Script>> scripts;
    for (const std::string& file : options.scripts) {
        scripts.push_back(app.script(file, scripting::Script::Mode::load));
        if (auto loaded = scripts.back()->load(); !loaded)
            return print_failure(loaded.error(), options.common);
    }
    Session session{options, *settings, app, *progress};
    const Ending ending = app.execute(session.work(std::move(scripts), *progress));
    progress->finish();
    if (ending.outcome)
        return Exit::done;
    Common common = options.common; // that it was asked to end is no status of a document
    common.json = common.json && !ending.stopped;
    return exit_status(ending, print_failure(ending.outcome.error(), common));
}

} // namespace

void add_reconcile(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<ReconcileOptions>();
    CLI::App* command = add_command(program, "reconcile",
                                    "Make it so as documents say, here and now: no agent, no server", options->common);
    add_operands(*command, "FILE", options->files, "Documents in YAML, JSON or TOML; '-' is stdin")->required();
    command->add_flag("--watch", options->watch, "Keep it so until interrupted, and follow changes of the files");
    command->add_flag("--delete", options->remove, "Remove what the documents name, and whatever was made for them");
    command->add_option("--script", options->scripts, "A script whose reconcilers keep kinds of their own")
        ->type_name("FILE.lua")
        ->allow_extra_args(false);
    add_duration(*command, "--timeout", options->timeout, "Without --watch: give up after so long (5m)");
    command->footer("Replicas go on when this command has ended. Exit status: 0 all is as the documents say, 1 it is "
                    "not, 2 a document or the usage is wrong.");
    command->callback([options, &chosen] { chosen = [options] { return reconcile_files(*options); }; });
}

} // namespace forager::cli
