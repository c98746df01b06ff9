#include "store/log_buffer.hpp"

#include <algorithm>
#include <iterator>

namespace forager::store {

namespace {

constexpr std::size_t most_bytes = std::size_t{32} * 1024 * 1024; // of all, when the disk is too slow
constexpr std::size_t always = 100;                               // lines of those who print little
constexpr std::size_t cost = 96;                                  // bytes that a line of no length takes

constexpr const char* too_slow = "(lines are left out here: the disk is too slow)";

std::size_t cost_of(const BufferedLine& line)
{
    return line.text.size() + cost;
}

} // namespace

std::string mark_of(std::size_t most)
{
    return "(lines are left out here: limits.log_lines keeps the first " + std::to_string(most / 2) + " and the last " +
           std::to_string(most - most / 2) + ")";
}

void LogBuffer::add(const std::string& invocation, BufferedLine line)
{
    State& state = states_[invocation];
    if (state.lines.empty())
        due_.push_back(invocation);
    if (++state.count <= most_ / 2 && !state.too_much)
        ++state.head;
    bytes_ += cost_of(line);
    state.lines.push_back(std::move(line));
    const std::size_t tail = most_ - most_ / 2;
    if (state.lines.size() - state.head > tail + 1) // one becomes the mark
        leave_out(state, mark_of(most_));
    while (bytes_ > most_bytes && state.lines.size() > always) {
        state.too_much = true;
        state.head = std::min(state.head, state.lines.size() / 2);
        leave_out(state, too_slow);
    }
}

// The oldest line that is not certain to stay goes, and the next one says so.
void LogBuffer::leave_out(State& state, const std::string& mark)
{
    const auto place = state.lines.begin() + static_cast<std::ptrdiff_t>(state.head);
    bytes_ -= cost_of(*place);
    BufferedLine& next = *state.lines.erase(place);
    bytes_ -= cost_of(next);
    next.text = mark;
    bytes_ += cost_of(next);
}

std::vector<BufferedLines> LogBuffer::take(std::size_t count)
{
    std::vector<BufferedLines> all;
    std::size_t others = due_.size();
    while (others > 0 && count > 0) {
        const std::string invocation = std::move(due_.front());
        due_.pop_front();
        State& state = states_[invocation];
        all.push_back(take(invocation, state, std::max<std::size_t>(1, count / others)));
        count -= all.back().lines.size();
        --others;
        if (!state.lines.empty())
            due_.push_back(invocation);
    }
    return all;
}

BufferedLines LogBuffer::take(const std::string& invocation, State& state, std::size_t count)
{
    BufferedLines taken{invocation, {}, false};
    count = std::min(count, state.lines.size());
    for (std::size_t i = 0; i < count; ++i) {
        bytes_ -= cost_of(state.lines.front());
        taken.lines.push_back(std::move(state.lines.front()));
        state.lines.pop_front();
    }
    state.head -= std::min(state.head, count);
    state.rows += count;
    if (state.rows > std::max(most_, state.cut_at)) {
        taken.cut = true;
        state.rows = most_ + 1; // the mark
        state.cut_at = state.rows + std::max<std::size_t>(1, most_ / 10) - 1;
    }
    return taken;
}

BufferedLines LogBuffer::take_of(const std::string& invocation)
{
    const auto found = states_.find(invocation);
    if (found == states_.end() || found->second.lines.empty())
        return {invocation, {}, false};
    std::erase(due_, invocation);
    return take(invocation, found->second, found->second.lines.size());
}

BufferedLines LogBuffer::end(const std::string& invocation)
{
    BufferedLines last = take_of(invocation);
    const auto known = states_.extract(invocation);
    last.cut = !known.empty() && known.mapped().count > most_;
    return last;
}

} // namespace forager::store
