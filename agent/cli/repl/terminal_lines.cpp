#include "cli/repl/terminal_lines.hpp"

#include "cli/output.hpp"
#include "cli/repl/terminal_keys.hpp"

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

constexpr int most_remembered = 1000;
constexpr char end_of_input = '\x04'; // Ctrl-D

// The editor needs to know that characters can have several bytes.
void use_utf8()
{
    if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1)
        std::setlocale(LC_CTYPE, "C.UTF-8");
}

} // namespace

TerminalLines::TerminalLines(const asio::any_io_executor& executor, std::string history)
    : input_{executor}, history_file_{std::move(history)}
{
    use_utf8();
    edit_ = ::el_init("forager", stdin, stderr, stderr);
    history_ = ::history_init();
    HistEvent event;
    ::history(history_, &event, H_SETSIZE, most_remembered);
    ::history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty())
        ::history(history_, &event, H_LOAD, history_file_.c_str());
    ::el_set(edit_, EL_CLIENTDATA, this);
    ::el_set(edit_, EL_EDITOR, "emacs");
    ::el_set(edit_, EL_SIGNAL, 0);
    ::el_set(edit_, EL_PROMPT, &TerminalLines::prompt_of);
    ::el_set(edit_, EL_GETCFN, &TerminalLines::next_character);
    ::el_set(edit_, EL_HIST, ::history, history_);
}

TerminalLines::~TerminalLines()
{
    edit(false);
    HistEvent event;
    if (!history_file_.empty())
        ::history(history_, &event, H_SAVE, history_file_.c_str()); // readable by its owner alone
    ::history_end(history_);
    ::el_end(edit_);
}

TerminalLines& TerminalLines::of(EditLine* edit)
{
    void* self = nullptr;
    ::el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<TerminalLines*>(self);
}

char* TerminalLines::prompt_of(EditLine* edit)
{
    return of(edit).prompt_.data();
}

// Only of the key that was pressed: the editor never waits by itself.
int TerminalLines::next_character(EditLine* edit, wchar_t* character)
{
    std::string_view& key = of(edit).key_;
    if (key.empty())
        return 0;
    *character = take_character(key);
    return 1;
}

// While it is on, keys come as they are pressed; else the terminal is as other programs want it.
void TerminalLines::edit(bool on)
{
    if (editing_ != on)
        ::el_set(edit_, EL_UNBUFFERED, on ? 1 : 0);
    editing_ = on;
}

// While the terminal was not the editor's. A Ctrl-D of that time is the end of a reading; the editor would not see it.
void TerminalLines::take_typed_meanwhile()
{
    constexpr std::size_t most = 64 * 1024;
    for (pollfd ready{STDIN_FILENO, POLLIN, 0}; typed_.size() < most && ::poll(&ready, 1, 0) == 1;) {
        char bytes[4096];
        const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count > 0)
            typed_.append(bytes, static_cast<std::size_t>(count));
        if (count == 0)
            typed_ += end_of_input;
        if (count <= 0)
            return;
    }
}

asio::awaitable<Result<Lines::Line>> TerminalLines::next(std::string prompt)
{
    prompt_ = std::move(prompt);
    take_typed_meanwhile();
    edit(true);
    Line line = co_await edited();
    edit(false);
    if (line.kind != Kind::text)
        write_err("\n");
    remember(line.text);
    co_return line;
}

asio::awaitable<Lines::Line> TerminalLines::edited()
{
    for (;;) {
        if (auto line = press_keys())
            co_return std::move(*line);
        const std::string more = co_await input_.read();
        if (input_.take_interruption()) {
            typed_.clear();
            co_return Line{Kind::interrupted, ""};
        }
        if (more.empty())
            co_return Line{};
        typed_ += more;
    }
}

std::optional<Lines::Line> TerminalLines::press_keys()
{
    while (!typed_.empty()) {
        const std::size_t length = key_length(typed_);
        if (length == 0)
            return std::nullopt;
        const std::string pressed = typed_.substr(0, length);
        typed_.erase(0, length);
        if (!is_for_editor(pressed))
            continue;
        key_ = pressed;
        while (!key_.empty())
            if (auto line = press_key())
                return line;
    }
    return std::nullopt;
}

// The line, when this has ended it.
std::optional<Lines::Line> TerminalLines::press_key()
{
    int count = 0;
    const char* text = ::el_gets(edit_, &count);
    if (text == nullptr || count <= 0)
        return std::nullopt;
    const std::string_view line{text, static_cast<std::size_t>(count)};
    if (line == std::string_view{&end_of_input, 1})
        return Line{};
    if (line.ends_with('\n') || line.ends_with('\r'))
        return Line{Kind::text, std::string{line.substr(0, line.size() - 1)}};
    return std::nullopt;
}

// A line that begins with a space is nobody's business.
void TerminalLines::remember(const std::string& line)
{
    HistEvent event;
    if (line.find_first_not_of(" \t") != std::string::npos && !line.starts_with(' '))
        ::history(history_, &event, H_ENTER, line.c_str());
}

void TerminalLines::print(std::string_view text)
{
    if (!editing_)
        return write_err(text);
    write_err("\r\x1b[K" + std::string{text});
    ::el_set(edit_, EL_REFRESH);
}

} // namespace forager::cli
