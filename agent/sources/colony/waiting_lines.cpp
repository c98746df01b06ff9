#include "sources/colony/waiting_lines.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace forager::colony {

namespace {

constexpr std::size_t largest_message = std::size_t{256} * 1024;
constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;

// As much of a line as goes into one message. A character stays whole.
std::string_view piece_of(std::string_view line)
{
    constexpr std::size_t longest = largest_message - 1; // with its line break
    constexpr std::size_t longest_character = 4;
    if (line.size() <= longest)
        return line;
    for (std::size_t size = longest; size > longest - longest_character; --size)
        if ((static_cast<unsigned char>(line[size]) & 0xC0U) != 0x80U)
            return line.substr(0, size);
    return line.substr(0, longest);
}

} // namespace

void WaitingLines::Gap::add(std::string_view message)
{
    lines += static_cast<std::size_t>(std::ranges::count(message, '\n'));
    bytes += message.size();
}

std::string WaitingLines::Gap::word(const std::string& why) const
{
    return "(" + std::to_string(lines) + (lines == 1 ? " line of " : " lines of ") + bytes_text(bytes) +
           (lines == 1 ? " is" : " are") + " left out: " + why + ")\n";
}

std::size_t WaitingLines::Lines::tail_bytes() const
{
    std::size_t bytes = 0;
    for (const std::string& message : tail)
        bytes += message.size();
    return bytes;
}

void WaitingLines::add(const std::string& id, std::string_view line, bool sending)
{
    Lines& lines = all_[id];
    do {
        const std::string_view piece = piece_of(line);
        append(lines, piece, sending);
        line.remove_prefix(piece.size());
    } while (!line.empty());
}

void WaitingLines::append(Lines& lines, std::string_view piece, bool sending)
{
    const std::size_t size = piece.size() + 1;
    const auto fits = [&](const std::string& message) { return message.size() + size <= largest_message; };
    const bool is_next = !sending && !lines.given_up && lines.gap.lines == 0 && lines.tail.empty() &&
                         fits(lines.head) && bytes_ + size <= most_bytes;
    if (!is_next && (lines.tail.empty() || !fits(lines.tail.back())))
        lines.tail.emplace_back();
    std::string& message = is_next ? lines.head : lines.tail.back();
    message.append(piece).append(1, '\n');
    bytes_ += size;
    make_room();
}

// At the cost of who has most. What is next and what came last are worth more than what is between.
void WaitingLines::make_room()
{
    while (bytes_ > most_bytes) {
        const auto longest =
            std::ranges::max_element(all_, {}, [](const auto& one) { return one.second.tail_bytes(); });
        Lines& lines = longest->second;
        if (lines.tail.empty())
            return;
        lines.gap.add(lines.tail.front());
        bytes_ -= lines.tail.front().size();
        lines.tail.pop_front();
    }
}

void WaitingLines::make_head(Lines& lines)
{
    if (!lines.head.empty())
        return;
    if (lines.gap.lines > 0) {
        lines.head = lines.gap.word("more than " + bytes_text(most_bytes) + " waited for the server");
        bytes_ += lines.head.size();
        lines.gap = {};
    }
    if (lines.tail.empty() || lines.head.size() + lines.tail.front().size() > largest_message)
        return;
    lines.head += lines.tail.front();
    lines.tail.pop_front();
}

bool WaitingLines::has_more_than_one(std::string_view id) const
{
    const auto found = all_.find(id);
    return found != all_.end() && !found->second.tail.empty();
}

std::vector<std::string> WaitingLines::ids() const
{
    std::vector<std::string> ids;
    for (const auto& [id, lines] : all_)
        ids.push_back(id);
    return ids;
}

std::string WaitingLines::next(const std::string& id)
{
    Lines& lines = all_.at(id);
    make_head(lines);
    return lines.head.substr(0, lines.head.size() - 1); // without the last line break
}

void WaitingLines::heard(const std::string& id)
{
    const auto found = all_.find(id);
    if (found == all_.end())
        return;
    Lines& lines = found->second;
    bytes_ -= lines.head.size();
    lines.head.clear();
    lines.refusals = 0;
    lines.given_up = false;
    if (lines.tail.empty() && lines.gap.lines == 0)
        all_.erase(found);
}

std::size_t WaitingLines::refused(const std::string& id)
{
    const auto found = all_.find(id);
    return found == all_.end() ? 0 : ++found->second.refusals;
}

void WaitingLines::forgive(const std::string& id)
{
    if (const auto found = all_.find(id); found != all_.end())
        found->second.refusals = 0;
}

std::size_t WaitingLines::give_up(const std::string& id)
{
    const auto found = all_.find(id);
    if (found == all_.end())
        return 0;
    Gap missing = found->second.gap;
    missing.add(found->second.head);
    for (const std::string& message : found->second.tail)
        missing.add(message);
    drop(id);
    Lines& word = all_[id];
    word.head = missing.word("the server did not take the log");
    word.given_up = true;
    bytes_ += word.head.size();
    return missing.lines;
}

bool WaitingLines::is_given_up(const std::string& id) const
{
    const auto found = all_.find(id);
    return found != all_.end() && found->second.given_up;
}

void WaitingLines::drop(const std::string& id)
{
    const auto node = all_.extract(id);
    if (!node.empty())
        bytes_ -= node.mapped().head.size() + node.mapped().tail_bytes();
}

} // namespace forager::colony
