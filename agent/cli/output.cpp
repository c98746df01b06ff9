#include "cli/output.hpp"

#include "base/text.hpp"
#include "cli/exit.hpp"
#include "io/formats/json.hpp"
#include "io/formats/yaml.hpp"
#include "scripting/explaining/excerpt.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace forager::cli {

namespace {

// Whoever shares the terminal or pipe may have made it non-blocking.
void wait_for_room(int descriptor)
{
    pollfd wanted{descriptor, POLLOUT, 0};
    (void)::poll(&wanted, 1, -1);
}

// Gives the error that kept some of it back, or 0.
int write_all(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EAGAIN)
            wait_for_room(descriptor);
        else if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

std::string with_newline(std::string text)
{
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    return text;
}

// The traceback, unless all that it tells is the place that is told already.
std::string calls_of(const Failure& failure)
{
    return failure.traceback == "  " + failure.where + ": in main chunk" ? std::string{} : failure.traceback;
}

// False: the reader is gone.
bool write_result(std::string_view text)
{
    const int error = write_all(STDOUT_FILENO, text);
    if (error != 0 && error != EPIPE)
        throw std::system_error{error, std::generic_category(), "cannot write the result to stdout"};
    return error == 0;
}

} // namespace

std::string failure_json(const Failure& failure)
{
    return to_json(Value{Object{{"ok", false}, {"error", failure.to_object()}}}) + "\n";
}

std::string failure_text(const Failure& failure, const std::string& excerpt)
{
    std::string text = "forager: ";
    if (!failure.where.empty())
        text += failure.where + ": ";
    text += failure.message + "\n";
    return printable(text + excerpt + with_newline(calls_of(failure)));
}

std::string failure_text(const Failure& failure)
{
    return failure_text(failure, scripting::excerpt_of(failure));
}

void hold_standard_streams()
{
    // Written to, the one for stdout fails as a closed one does.
    constexpr int modes[] = {O_RDONLY, O_RDONLY, O_RDWR};
    for (int stream = 0; stream < 3; ++stream)
        if (::fcntl(stream, F_GETFD) < 0)
            ::open("/dev/null", modes[stream]);
}

void write_out(std::string_view text)
{
    release_watched_signals(); // nobody may read this for a long time
    write_result(text);
}

bool write_out_meanwhile(std::string_view text)
{
    return write_result(text);
}

void write_err(std::string_view text)
{
    write_all(STDERR_FILENO, text);
}

std::string for_people(const Value& result)
{
    if (result.is_null())
        return {};
    if (const auto* text = result.get<std::string>())
        return with_newline(*text);
    return with_newline(to_yaml(result));
}

int exit_status(const Ending& ending, int status)
{
    return ending.stopped && ending.stopped->signal != 0 ? Watchdog::exit_code(*ending.stopped) : status;
}

int print_failure(const Failure& failure, const Common& common)
{
    if (common.json)
        write_out(failure_json(failure));
    else
        write_err(failure_text(failure));
    return failure.declaration ? Exit::usage : Exit::failed;
}

int print_ending(const Ending& ending, const Common& common, const std::function<std::string(const Value&)>& shown)
{
    if (!ending.outcome) {
        const int status = print_failure(ending.outcome.error(), common);
        return exit_status(ending, status);
    }
    const Value result = as_one(*ending.outcome);
    if (!common.json) {
        write_out(shown(result));
        return Exit::done;
    }
    const auto json = encode_json(result, "the result");
    if (!json)
        return print_failure(json.error(), common);
    write_out(R"({"ok":true,"result":)" + *json + "}\n");
    return Exit::done;
}

int telling(const std::function<int()>& tell)
{
    try {
        return tell();
    } catch (const std::system_error& lost) {
        write_err("forager: " + std::string{lost.what()} + "\n");
        return Exit::failed;
    }
}

void print_last_words(const Failure& failure, const Common& common)
{
    telling([&] { return print_failure(failure, common); });
}

} // namespace forager::cli
