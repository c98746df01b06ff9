#include "cli/repl/talk.hpp"

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "config/layers.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <filesystem>
#include <unistd.h>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

// In the user's state folder; empty where there is none.
std::string history_file()
{
    const std::string folder =
        config::user_folder(config::surroundings().environment, "XDG_STATE_HOME", ".local/state");
    std::error_code error;
    if (folder.empty())
        return {};
    if (std::filesystem::create_directories(folder, error))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    return folder + "/history";
}

// The evaluator is closed in any case. Ctrl-C is the conversation's once there is one: before, it ends all.
asio::awaitable<Outcome> conversed(App& app, Evaluator& evaluator, Conversation& conversation)
{
    std::exception_ptr thrown;
    Outcome outcome;
    try {
        const Result<void> opened = co_await evaluator.open();
        if (opened) {
            app.hear_interrupts();
            const bool fine = co_await conversation.run();
            outcome = Outputs{Value{fine}};
        } else {
            outcome = opened.error();
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    // A signal that comes now changes nothing: it ends already, and the watchdog sees to that.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await evaluator.close();
    if (thrown)
        std::rethrow_exception(thrown);
    co_return outcome;
}

int exit_status(const Ending& ending, const Common& common)
{
    if (!ending.outcome)
        return print_ending(ending, common);
    return as_one(*ending.outcome) == Value{true} ? Exit::done : Exit::failed;
}

} // namespace

void Printer::line(const Invocation&, std::string_view text)
{
    if (lines != nullptr)
        lines->print((lines->has_person() ? printable(text) : std::string{text}) + "\n");
}

int talk(const Common& common, const MakeEvaluator& make)
{
    Printer printer;
    Conversation* running = nullptr;
    AppConfig config;
    config.last_words = [&](const Failure& failure) { print_last_words(failure, common); };
    if (::isatty(STDIN_FILENO) == 1)
        config.interrupt = [&] { running->interrupt(); };
    App app{std::move(config), printer};
    connect_peers(common, app);
    const std::unique_ptr<Lines> lines = standard_lines(app.executor(), history_file());
    printer.lines = lines.get();
    const auto evaluator = make(app, printer);
    if (!evaluator)
        return print_failure(evaluator.error(), common);
    Conversation conversation{*lines, **evaluator, common};
    running = &conversation;
    (*evaluator)->ended = [&] { conversation.session_ended(); };
    const Ending ending = app.execute(conversed(app, **evaluator, conversation));
    printer.lines = nullptr;
    return exit_status(ending, common);
}

} // namespace forager::cli
