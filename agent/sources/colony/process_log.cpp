#include "sources/colony/process_log.hpp"

#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/refusal.hpp"
#include "ports/within.hpp"

#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Refusal;

namespace {

constexpr std::size_t largest_message = 256 * 1024;
constexpr std::size_t most_bytes = 16 * 1024 * 1024; // of all processes
constexpr Duration gathering = 200ms;                // lines of so long go together
constexpr Duration last_chance = 2s;                 // for the lines of what has ended

// Whether another time may help.
bool is_kept(const Failure& failure)
{
    return is_away(failure) || colonies::refusal_of(failure) == Refusal::not_member;
}

} // namespace

void ProcessLog::add(const std::string& id, std::string_view line)
{
    append(waiting_[id], line.substr(0, largest_message - 1));
    written_.set();
}

void ProcessLog::append(Lines& lines, std::string_view line)
{
    const std::size_t size = line.size() + 1;
    const bool first = lines.tail.empty() && lines.lost == 0 && lines.head.size() + size <= largest_message &&
                       bytes_ + size <= most_bytes;
    std::string& part = first ? lines.head : lines.tail;
    part.append(line).append(1, '\n');
    bytes_ += size;
    while (!lines.tail.empty() && (lines.tail.size() > largest_message || bytes_ > most_bytes)) {
        const std::size_t end = lines.tail.find('\n') + 1;
        lines.tail.erase(0, end);
        bytes_ -= end;
        ++lines.lost;
    }
}

// Before what has come since.
void ProcessLog::restore(const std::string& id, Lines lines)
{
    const Lines since = taken(id);
    Lines& all = waiting_[id] = std::move(lines);
    bytes_ += all.head.size() + all.tail.size();
    all.lost += since.lost;
    for (std::string_view part : {std::string_view{since.head}, std::string_view{since.tail}})
        while (!part.empty()) {
            const std::size_t end = part.find('\n');
            append(all, part.substr(0, end));
            part.remove_prefix(end + 1);
        }
}

ProcessLog::Lines ProcessLog::taken(const std::string& id)
{
    auto node = waiting_.extract(id);
    if (node.empty())
        return {};
    bytes_ -= node.mapped().head.size() + node.mapped().tail.size();
    return std::move(node.mapped());
}

asio::awaitable<void> ProcessLog::run()
{
    for (;;) {
        co_await written_.wait();
        written_.clear();
        std::vector<std::string> ids;
        for (const auto& [id, lines] : waiting_)
            ids.push_back(id);
        for (const std::string& id : ids) {
            const auto sent = co_await send(id);
            if (sent || !is_kept(sent.error()))
                continue;
            written_.set();
            break;
        }
        co_await sleep_for(desk_.clock, gathering);
    }
}

// What the server could not be told stays as long as the process does.
asio::awaitable<Result<void>> ProcessLog::send(std::string id)
{
    if (!waiting_.contains(id) || sending_.contains(id))
        co_return Result<void>{};
    Lines lines = taken(id);
    std::string text = lines.head;
    if (lines.lost > 0)
        text += "(" + std::to_string(lines.lost) + " lines are left out: the server was too slow)\n";
    text += lines.tail;
    text.pop_back(); // the last line break
    Result<void> sent = Failure{Errc::cancelled, "the sending was cancelled"};
    std::exception_ptr thrown;
    sending_.insert(id);
    try {
        sent = co_await tell(id, std::move(text));
    } catch (...) {
        thrown = std::current_exception();
    }
    sending_.erase(id);
    answered_.set();
    if (!sent && (thrown || is_kept(sent.error())) && desk_.holdings.find(id) != nullptr)
        restore(id, std::move(lines));
    if (thrown)
        std::rethrow_exception(thrown);
    co_return sent;
}

asio::awaitable<Result<void>> ProcessLog::tell(std::string id, std::string text)
{
    const auto began = [this, &id] {
        const Held* held = desk_.holdings.find(id);
        return held == nullptr ? std::nullopt : std::optional{held->begun};
    };
    const auto asked = began();
    const auto sent = co_await colonies::add_log(desk_.caller(), id, std::move(text));
    const Refusal refusal = sent ? Refusal::none : colonies::refusal_of(sent.error());
    const bool is_lost = refusal == Refusal::not_running || refusal == Refusal::someone_elses;
    if (is_lost && began() == asked) // it may have been lent anew meanwhile
        desk_.dismiss(id, "the colony has taken it back");
    co_return sent;
}

asio::awaitable<void> ProcessLog::flush(std::string id)
{
    if (waiting_.contains(id) || sending_.contains(id))
        (void)co_await within(desk_.clock, desk_.now() + last_chance, last_words(id));
    (void)taken(id);
}

// After those that are on their way.
asio::awaitable<void> ProcessLog::last_words(std::string id)
{
    while (sending_.contains(id)) {
        answered_.clear();
        co_await answered_.wait();
    }
    (void)co_await send(id);
}

} // namespace forager::colony
