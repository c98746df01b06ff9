#include "sources/colony/process_log.hpp"

#include "clients/colonies/calls/logs.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "ports/within.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Refusal;

namespace {

constexpr std::size_t most_refusals = 20; // of one message: about a quarter of a minute
constexpr Duration gathering = 200ms;     // lines of so long go together
constexpr Duration last_chance = 10s;     // for one try to send what work that has ended wrote

// Whether the process takes no lines any more.
bool is_over(const Failure& failure)
{
    const Refusal refusal = colonies::refusal_of(failure);
    return refusal == Refusal::not_running || refusal == Refusal::someone_elses || colonies::is_gone(failure);
}

} // namespace

ProcessLog::ProcessLog(Desk& desk) : desk_{desk}, written_{desk.strand}, answered_{desk.strand}, backoff_{gathering, 1s}
{
}

void ProcessLog::add(const std::string& id, std::string_view line)
{
    waiting_.add(id, line, sending_.contains(id));
    written_.set();
}

asio::awaitable<void> ProcessLog::run()
{
    for (;;) {
        co_await written_.wait();
        written_.clear();
        const bool heard = co_await send_all();
        if (heard) {
            backoff_.reset();
            co_await sleep_for(desk_.clock, gathering);
        } else {
            written_.set();
            co_await sleep_for(desk_.clock, backoff_.next(desk_.random.next()));
        }
    }
}

// In turns, while anybody has more than one message. Whether the server took all of it.
asio::awaitable<bool> ProcessLog::send_all()
{
    for (bool more = true; more;) {
        more = false;
        bool heard = true;
        for (const std::string& id : waiting_.ids()) {
            const auto sent = co_await send(id);
            if (!sent && is_away(sent.error()))
                co_return false;
            heard = heard && (sent || !waiting_.has(id));
            more = more || (waiting_.has_more_than_one(id) && !sending_.contains(id));
        }
        if (!heard)
            co_return false;
    }
    co_return true;
}

// What the server could not be told stays as long as the process does.
asio::awaitable<Result<void>> ProcessLog::send(std::string id)
{
    if (!waiting_.has(id) || sending_.contains(id))
        co_return Result<void>{};
    std::string text = waiting_.next(id);
    Result<void> sent = Failure{Errc::cancelled, "the sending was cancelled"};
    std::exception_ptr thrown;
    sending_.insert(id);
    try {
        sent = co_await tell(id, std::move(text));
        if (!sent)
            co_await count_refusal(id, sent.error());
    } catch (...) {
        thrown = std::current_exception();
    }
    sending_.erase(id);
    answered_.set();
    if (thrown)
        std::rethrow_exception(thrown);
    settle(id, sent);
    co_return sent;
}

void ProcessLog::settle(const std::string& id, const Result<void>& sent)
{
    if (sent)
        waiting_.heard(id);
    else if (is_over(sent.error()) || desk_.holdings.find(id) == nullptr)
        waiting_.drop(id);
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

// A server that is asked for something else and answers has been patient with these lines for long enough.
asio::awaitable<void> ProcessLog::count_refusal(std::string id, Failure refused)
{
    if (is_over(refused) || colonies::refusal_of(refused) == Refusal::not_member)
        co_return;
    if (waiting_.is_given_up(id))
        co_return waiting_.drop(id);
    if (waiting_.refused(id) < most_refusals)
        co_return;
    const auto process = co_await colonies::get_process(desk_.caller(), id);
    if (process)
        give_up(id, refused);
    else
        waiting_.forgive(id);
}

void ProcessLog::give_up(const std::string& id, const Failure& refused)
{
    const std::size_t lines = waiting_.give_up(id);
    desk_.services.warn("the log of process " + id + " in the colony lacks " + std::to_string(lines) +
                        (lines == 1 ? " line" : " lines") + ", which 'forager logs' has: " + refused.message);
}

asio::awaitable<Result<void>> ProcessLog::flush(std::string id)
{
    if (!waiting_.has(id))
        co_return Result<void>{};
    auto sent = co_await within(desk_.clock, desk_.now() + last_chance, last_words(id));
    if (sent)
        co_return std::move(*sent);
    const Failure late{Errc::timed_out, "the colony server did not take the log of a process in time"};
    if (!sending_.contains(id))
        co_await count_refusal(id, late);
    co_return late;
}

// After those that are on their way.
asio::awaitable<Result<void>> ProcessLog::last_words(std::string id)
{
    while (waiting_.has(id)) {
        while (sending_.contains(id)) {
            answered_.clear();
            co_await answered_.wait();
        }
        const auto sent = co_await send(id);
        if (!sent && waiting_.has(id))
            co_return sent;
    }
    co_return Result<void>{};
}

} // namespace forager::colony
