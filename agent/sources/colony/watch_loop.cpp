#include "sources/colony/watch_loop.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::ProcessState;
using colonies::Refusal;

namespace {

constexpr Duration shortest_pause = 400ms; // between two looks, and so how late a cancellation is noticed
constexpr Duration longest_pause = 1500ms; // on a slow server
constexpr Duration shown_life = 60s;       // the server gives up an executor after ten minutes
constexpr Duration brief = 300ms;          // what ends before that is not looked after
constexpr Duration verified = 10s;         // how long the server's word is good
constexpr std::int64_t few = 10;           // of the newest: more are asked for when all of them are new
constexpr std::int64_t most = 100;         // what one answer can hold

std::string_view reason(ProcessState state)
{
    return state == ProcessState::cancelled ? "it was cancelled in the colony" : "its workflow has failed";
}

} // namespace

asio::awaitable<void> WatchLoop::run()
{
    for (;;) {
        co_await something_runs();
        const TimePoint begun = desk_.now();
        if (desk_.enrolled && !desk_.server.away())
            if (const auto looked = co_await look(); !looked)
                heard(looked.error());
        co_await show_life();
        const Duration cost = desk_.now() - begun; // the server has other things to do
        co_await sleep_for(desk_.clock, std::clamp(cost * 20, shortest_pause, longest_pause));
    }
}

asio::awaitable<void> WatchLoop::something_runs()
{
    while (desk_.holdings.running() == 0) {
        desk_.changed.clear();
        (void)co_await within(desk_.clock, desk_.now() + shown_life, desk_.changed.wait());
        co_await show_life();
    }
}

// A sign of life that asks for nothing: needed while there is no room to ask for work.
asio::awaitable<void> WatchLoop::show_life()
{
    if (!desk_.enrolled || desk_.server.away() || desk_.now() - desk_.polled < shown_life)
        co_return;
    const auto shown = co_await colonies::heartbeat(desk_.caller(), desk_.who.colony);
    if (!shown)
        heard(shown.error());
    desk_.polled = desk_.now(); // or as well as: the server is patient
}

void WatchLoop::heard(const Failure& failure)
{
    desk_.server.heard(failure);
    if (colonies::refusal_of(failure) == Refusal::not_member)
        desk_.doubt();
}

bool WatchLoop::is_older(Duration age) const
{
    return std::ranges::any_of(desk_.holdings.all(), [&](const auto& one) {
        return !one.second.outcome && desk_.now() - one.second.begun > age;
    });
}

bool WatchLoop::any_in_graph() const
{
    return std::ranges::any_of(desk_.holdings.all(),
                               [](const auto& one) { return !one.second.outcome && !one.second.lease.graph.empty(); });
}

asio::awaitable<Result<void>> WatchLoop::look()
{
    if (!is_older(brief))
        co_return Result<void>{};
    if (const auto looked = co_await look_at_ended(ProcessState::cancelled); !looked)
        co_return looked;
    if (any_in_graph())
        if (const auto looked = co_await look_at_ended(ProcessState::failed); !looked)
            co_return looked;
    co_return co_await verify_oldest();
}

// One call for all that run, however many: the newest that came into this state.
asio::awaitable<Result<void>> WatchLoop::look_at_ended(ProcessState state)
{
    std::set<std::string> ended;
    std::set<std::string>& seen = seen_[state];
    for (const std::int64_t count : {few, most}) {
        colonies::ProcessQuery query;
        query.colony = desk_.who.colony;
        query.state = state;
        query.count = count;
        query.executor_type = desk_.who.offer.type;
        const auto newest = co_await colonies::get_process_heads(desk_.caller(), query);
        if (!newest)
            co_return newest.error();
        for (const colonies::ProcessHead& process : *newest)
            ended.insert(process.id);
        const bool reaches_back = std::ranges::any_of(ended, [&](const auto& id) { return seen.contains(id); });
        if (reaches_back || std::ssize(*newest) < count)
            break;
    }
    for (const std::string& id : ended)
        desk_.dismiss(id, reason(state));
    seen = std::move(ended);
    co_return Result<void>{};
}

// Whatever else may have become of one: each is asked for by itself from time to time.
asio::awaitable<Result<void>> WatchLoop::verify_oldest()
{
    const Held* oldest = nullptr;
    std::string id;
    for (const auto& [one, held] : desk_.holdings.all())
        if (!held.outcome && held.dismissed.empty() && (oldest == nullptr || held.verified < oldest->verified)) {
            oldest = &held;
            id = one;
        }
    const TimePoint asked = desk_.now();
    if (oldest == nullptr || asked - oldest->verified < verified)
        co_return Result<void>{};
    const auto process = co_await colonies::get_process(desk_.caller(), id);
    if (!process && is_away(process.error()))
        co_return process.error();
    Held* held = desk_.holdings.find(id);
    if (held == nullptr)
        co_return Result<void>{};
    held->verified = asked;
    if (!process && colonies::refusal_of(process.error()) != Refusal::not_found)
        co_return process.error();
    const bool ours = process && process->state == ProcessState::running &&
                      process->executor_id == desk_.who.key.id() && process->retries == held->lease.retries;
    if (!ours && held->begun < asked)
        desk_.dismiss(id, "the colony has taken it back");
    co_return Result<void>{};
}

} // namespace forager::colony
