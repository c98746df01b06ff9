#include "cli/live_progress.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

namespace forager::cli {

namespace {

struct Size {
    std::size_t rows = 24;
    std::size_t columns = 80;
};

Size terminal_size()
{
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {};
    return {size.ws_row, size.ws_col};
}

bool has_ended(State state)
{
    return state == State::succeeded || state == State::failed || state == State::cancelled;
}

// So many characters at most, and none that would move the cursor or colour the terminal.
std::string fitted(std::string_view text, std::size_t width)
{
    std::string result;
    std::size_t characters = 0;
    for (const char byte : printable(text)) {
        const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
        if (!continues && ++characters > width)
            break;
        result += byte == '\n' || byte == '\t' ? ' ' : byte;
    }
    return result;
}

std::string padded(std::string text, std::size_t width)
{
    if (text.size() < width)
        text.append(width - text.size(), ' ');
    return text;
}

} // namespace

LiveProgress::Row* LiveProgress::row_of(const Invocation& invocation)
{
    const auto found = std::ranges::find(rows_, invocation.id, &Row::id);
    return found == rows_.end() ? nullptr : &*found;
}

void LiveProgress::state(const Invocation& invocation, State state, std::string_view note)
{
    if (invocation.label.empty())
        return;
    Row* row = row_of(invocation);
    if (row == nullptr)
        row = &rows_.emplace_back(Row{invocation.id, invocation.label, State::waiting, SteadyClock::now(), {}, {}});
    if (row->state == State::waiting && state == State::running)
        row->begun = SteadyClock::now();
    row->state = state;
    row->ended = SteadyClock::now();
    row->note = note;
    changed_ = true;
}

void LiveProgress::line(const Invocation& invocation, std::string_view text)
{
    if (Row* row = row_of(invocation)) {
        row->note = text;
        changed_ = true;
        return;
    }
    // What the script itself says stays on the terminal, above the tasks.
    write_err(erased() + std::string{text} + "\n");
    drawn_ = 0;
    draw();
}

void LiveProgress::how_far(const Invocation& invocation, std::string_view text)
{
    state(invocation, State::running, text);
}

void LiveProgress::tick()
{
    const bool running = std::ranges::any_of(rows_, [](const Row& row) { return row.state == State::running; });
    if (changed_ || running)
        draw();
}

void LiveProgress::finish()
{
    draw();
    drawn_ = 0;
}

std::string LiveProgress::erased() const
{
    return drawn_ == 0 ? "" : "\x1b[" + std::to_string(drawn_) + "A\r\x1b[J";
}

// Where not all fit: what runs first, then what waits, then what has ended.
std::vector<const LiveProgress::Row*> LiveProgress::visible(std::size_t most) const
{
    const auto rank = [](const Row& row) { return has_ended(row.state) ? 2 : row.state == State::waiting ? 1 : 0; };
    const bool all = rows_.size() <= most;
    std::vector<const Row*> shown;
    for (const int wanted : {0, 1, 2})
        for (const Row& row : rows_)
            if (all ? wanted == 0 : rank(row) == wanted && shown.size() < most)
                shown.push_back(&row);
    return shown;
}

std::string LiveProgress::marked(State state) const
{
    struct Look {
        const char* mark;
        const char* colour;
    };
    const auto look = [&]() -> Look {
        switch (state) {
        case State::waiting: return {"·", "2"};
        case State::running: return {"▸", "33"};
        case State::sleeping: return {"↻", "33"};
        case State::succeeded: return {"✓", "32"};
        case State::failed: return {"✗", "31"};
        case State::cancelled: return {"-", "2"};
        }
        return {" ", "0"};
    }();
    return colours_ ? std::string{"\x1b["} + look.colour + "m" + look.mark + "\x1b[0m" : look.mark;
}

std::string LiveProgress::text_of(const Row& row, std::size_t width) const
{
    constexpr std::size_t longest_name = 32;
    std::size_t name_width = 0;
    for (const Row& other : rows_)
        name_width = std::max(name_width, std::min(longest_name, other.name.size()));
    std::string text =
        padded(fitted(row.name, longest_name), name_width) + "  " + padded(std::string{name_of(row.state)}, 9) + "  ";
    const auto end = has_ended(row.state) ? row.ended : SteadyClock::now();
    text += padded(row.state == State::waiting ? "" : forager::to_text(end - row.begun), 9) + "  " + row.note;
    return marked(row.state) + " " + fitted(text, width > 3 ? width - 3 : 0);
}

void LiveProgress::draw()
{
    const Size size = terminal_size();
    const auto shown = visible(size.rows > 3 ? size.rows - 3 : 1);
    std::string text = erased();
    for (const Row* row : shown)
        text += text_of(*row, size.columns) + "\n";
    drawn_ = shown.size();
    if (shown.size() < rows_.size()) {
        text += fitted("  … and " + std::to_string(rows_.size() - shown.size()) + " more", size.columns) + "\n";
        ++drawn_;
    }
    write_err(text);
    changed_ = false;
}

} // namespace forager::cli
