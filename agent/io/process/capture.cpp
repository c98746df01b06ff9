#include "io/process/capture.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace {

bool continues_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t character_length(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The cut must not fall into a character: it would make bytes of what is otherwise text.
std::size_t unfinished_at_end(std::string_view text)
{
    std::size_t length = 0;
    while (length < std::min<std::size_t>(text.size(), 4)) {
        const char byte = text[text.size() - ++length];
        if (!continues_character(byte))
            return character_length(byte) > length ? length : 0;
    }
    return 0;
}

std::size_t unfinished_at_begin(std::string_view text)
{
    std::size_t length = 0;
    while (length < std::min<std::size_t>(text.size(), 3) && continues_character(text[length]))
        ++length;
    return length;
}

} // namespace

void Capture::add(std::string_view bytes)
{
    const std::size_t first = std::min(bytes.size(), head_limit_ - head_.size());
    head_.append(bytes.substr(0, first));
    bytes.remove_prefix(first);
    if (!bytes.empty())
        add_to_tail(bytes);
}

void Capture::add_to_tail(std::string_view bytes)
{
    if (bytes.size() > tail_limit_) {
        cut_ += tail_.size() + bytes.size() - tail_limit_;
        tail_.assign(bytes.substr(bytes.size() - tail_limit_));
        tail_begin_ = 0;
        return;
    }
    const std::size_t grown = std::min(bytes.size(), tail_limit_ - tail_.size());
    tail_.append(bytes.substr(0, grown));
    bytes.remove_prefix(grown);
    cut_ += bytes.size();
    while (!bytes.empty()) {
        const std::size_t part = std::min(bytes.size(), tail_.size() - tail_begin_);
        std::copy_n(bytes.begin(), part, tail_.begin() + static_cast<std::ptrdiff_t>(tail_begin_));
        tail_begin_ = (tail_begin_ + part) % tail_.size();
        bytes.remove_prefix(part);
    }
}

Capture::State Capture::state() const
{
    State state{head_, tail_, cut_};
    std::ranges::rotate(state.tail, state.tail.begin() + static_cast<std::ptrdiff_t>(tail_begin_));
    return state;
}

void Capture::go_on_from(State state)
{
    head_ = std::move(state.head);
    tail_ = std::move(state.tail);
    tail_begin_ = 0;
    cut_ = state.cut;
}

std::string Capture::take()
{
    std::rotate(tail_.begin(), tail_.begin() + static_cast<std::ptrdiff_t>(tail_begin_), tail_.end());
    std::string text = std::exchange(head_, {});
    std::string tail = std::exchange(tail_, {});
    tail_begin_ = 0;
    if (const std::size_t cut = std::exchange(cut_, 0)) {
        const std::size_t before = unfinished_at_end(text);
        const std::size_t after = unfinished_at_begin(tail);
        text.resize(text.size() - before);
        tail.erase(0, after);
        text += "\n[… " + std::to_string(cut + before + after) + " bytes cut …]\n";
    }
    return text += tail;
}

std::vector<std::string> LineCutter::cut(std::string_view bytes)
{
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        const std::string_view window = bytes.substr(0, longest - begun_.size());
        const std::size_t newline = window.find('\n');
        const bool found = newline != std::string_view::npos;
        begun_.append(window.substr(0, newline));
        bytes.remove_prefix(found ? newline + 1 : window.size());
        if (found || begun_.size() == longest)
            lines.push_back(std::exchange(begun_, {}));
    }
    return lines;
}

std::optional<std::string> LineCutter::rest()
{
    if (begun_.empty())
        return {};
    return std::exchange(begun_, {});
}

} // namespace forager
