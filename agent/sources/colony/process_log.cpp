#include "sources/colony/process_log.hpp"

#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/refusal.hpp"
#include "ports/within.hpp"

#include <utility>
#include <vector>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Refusal;

namespace {

constexpr std::size_t largest_message = 256 * 1024;
constexpr Duration gathering = 200ms; // lines of so long go together
constexpr Duration last_chance = 2s;  // for the lines of what has ended

} // namespace

void ProcessLog::add(const std::string& id, std::string_view line)
{
    Lines& lines = waiting_[id];
    const bool first = lines.tail.empty() && lines.lost == 0;
    std::string& part = first && lines.head.size() < largest_message ? lines.head : lines.tail;
    part.append(line).append(1, '\n');
    while (lines.tail.size() > largest_message) {
        const std::size_t end = lines.tail.find('\n') + 1;
        lines.tail.erase(0, end);
        ++lines.lost;
    }
    written_.set();
}

asio::awaitable<void> ProcessLog::run()
{
    for (;;) {
        co_await written_.wait();
        written_.clear();
        std::vector<std::string> ids;
        for (const auto& [id, lines] : waiting_)
            ids.push_back(id);
        for (const std::string& id : ids)
            if (const auto sent = co_await send(id); !sent && is_away(sent.error()))
                written_.set();
        co_await sleep_for(desk_.clock, gathering);
    }
}

// What the server could not be told stays, before what has come since.
asio::awaitable<Result<void>> ProcessLog::send(std::string id)
{
    auto node = waiting_.extract(id);
    if (node.empty())
        co_return Result<void>{};
    const Lines& lines = node.mapped();
    std::string text = lines.head;
    if (lines.lost > 0)
        text += "(" + std::to_string(lines.lost) + " lines are left out: the server was too slow)\n";
    text += lines.tail;
    text.pop_back(); // the last line break
    const auto sent = co_await colonies::add_log(desk_.caller(), id, std::move(text));
    if (sent)
        co_return Result<void>{};
    if (is_away(sent.error())) {
        Lines since = std::exchange(waiting_[id], std::move(node.mapped()));
        for (std::string* part : {&since.head, &since.tail})
            if (!part->empty())
                add(id, std::string_view{*part}.substr(0, part->size() - 1));
    } else if (const Refusal refusal = colonies::refusal_of(sent.error());
               refusal == Refusal::not_running || refusal == Refusal::someone_elses) {
        desk_.dismiss(id, "the colony has taken it back");
    }
    co_return sent.error();
}

asio::awaitable<void> ProcessLog::flush(std::string id)
{
    if (waiting_.contains(id))
        (void)co_await within(desk_.clock, desk_.now() + last_chance, send(id));
    waiting_.erase(id);
}

} // namespace forager::colony
