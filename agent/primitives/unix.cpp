#include "primitives/unix.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_name = 80;
constexpr std::size_t longest_words = 300;

bool is_shell(const std::vector<std::string>& argv)
{
    return argv.size() == 3 && argv[0] == "/bin/sh" && argv[1] == "-c";
}

std::string joined(const std::vector<std::string>& argv)
{
    std::string line;
    for (const std::string& argument : argv)
        line += line.empty() ? argument : ' ' + argument;
    return line;
}

// Bytes that are no text would make the whole sentence unreadable for programs.
std::string as_text(std::string text)
{
    if (!is_utf8(text))
        std::ranges::replace_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0x80U) != 0; }, '?');
    std::erase(text, '\0');
    return text;
}

std::string how_it_ended(const Completed& done)
{
    if (done.signal == 0)
        return "ended with status " + std::to_string(done.code);
    return "was ended by signal " + std::to_string(done.signal) + " (" + strsignal(done.signal) + ")";
}

std::string sentence(const std::string& name, const Completed& done)
{
    std::string words = last_words(done.err);
    if (words.empty()) // silent, or merged
        words = last_words(done.out);
    return "`" + name + "` " + how_it_ended(done) + (words.empty() ? "" : ": " + words);
}

} // namespace

Failure exit_failure(std::string message, int code, Completed done)
{
    Failure failure{Errc::exit, std::move(message)};
    failure.details.append("exit_code", code);
    if (done.signal != 0)
        failure.details.append("signal", done.signal);
    failure.details.append("stdout", std::move(done.out));
    failure.details.append("stderr", std::move(done.err));
    return failure;
}

Object record_of(Completed done)
{
    Object record{{"stdout", std::move(done.out)},
                  {"stderr", std::move(done.err)},
                  {"code", done.code},
                  {"seconds", to_seconds(done.elapsed)}};
    if (done.signal != 0)
        record.append("signal", done.signal);
    return record;
}

Command shell_command(std::string script)
{
    Command command;
    command.argv = {"/bin/sh", "-c", std::move(script)};
    return command;
}

std::string shown(const std::vector<std::string>& argv)
{
    const std::string whole = as_text(is_shell(argv) ? argv[2] : joined(argv));
    const std::string_view text = trimmed(whole);
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() == text.size() && line.size() <= longest_name)
        return std::string{line};
    std::size_t end = std::min(line.size(), longest_name);
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string{line.substr(0, end)} + " …";
}

std::string last_words(std::string_view output)
{
    return as_text(tail(trimmed(output), longest_words));
}

asio::awaitable<Result<Completed>> run_checked(ProcessRunner& runner, Command command, bool check)
{
    const std::string name = shown(command.argv);
    command.title = "`" + name + "`";
    Result<Completed> done = co_await runner.run(std::move(command));
    if (!done || !check || done->code == 0)
        co_return done;
    const int code = done->code;
    std::string message = sentence(name, *done);
    co_return exit_failure(std::move(message), code, std::move(*done));
}

} // namespace forager
