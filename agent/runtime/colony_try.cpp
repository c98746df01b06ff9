#include "runtime/colony_try.hpp"

#include "base/duration.hpp"
#include "core/retry.hpp"
#include "ports/within.hpp"
#include "runtime/away.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration longest_farewell = std::chrono::seconds{3}; // for asking a process's end
// Before a process is looked for that may be on its way: a request of the agent's last life, or one without an answer.
constexpr Duration on_its_way = std::chrono::seconds{1};
constexpr Duration longest_pause = std::chrono::seconds{5};
constexpr Duration longest_doubt = std::chrono::seconds{30};
constexpr const char* until_its_end = "until its process in the colony ends";

// Whether its caller records what it gives.
bool is_recorded(const Invocation& invocation)
{
    return !invocation.chain.empty() && invocation.chain.back().records;
}

// Whether everybody who waits for it goes on after the next start, and comes here again.
bool comes_again(const Invocation& invocation)
{
    return is_recorded(invocation) && recorded_under(invocation) == root_of(invocation);
}

// Whether the server may have heard nothing, or something that it could not answer.
bool says_nothing(const Failure& failure)
{
    return failure.code == Errc::unreachable || failure.code == Errc::timed_out;
}

} // namespace

ColonyTry::ColonyTry(Scheduler& scheduler, Journal& journal, Colony& colony, const ColonyWay& way,
                     const Invocation& invocation, Observer& observer)
    : scheduler_{scheduler},
      journal_{journal},
      colony_{colony},
      way_{way},
      invocation_{invocation},
      observer_{observer},
      begun_{new_label()}
{
}

Outcome ColonyTry::to_outcome(const Begun& begun)
{
    Object object{{"label", begun.label}};
    if (begun.end)
        object.append("end", to_value(*begun.end));
    if (!begun.process.empty())
        object.append("process", begun.process);
    return Outputs{Value{std::move(object)}};
}

ColonyTry::Begun ColonyTry::begun_in(const Outcome& kept)
{
    const Value value = as_one(kept.value());
    const Object& object = *value.get<Object>();
    Begun begun{part<std::string>(object, "label")};
    begun.process = part<std::string>(object, "process");
    if (const Value* end = object.find("end"))
        begun.end = alarm_from(*end);
    return begun;
}

asio::awaitable<Outcome> ColonyTry::run()
{
    std::exception_ptr end;
    try {
        auto work = is_recorded(invocation_) ? recorded() : away(scheduler_, invocation_, until_its_end, {}, plain());
        Outcome outcome = co_await std::move(work);
        co_return outcome;
    } catch (...) {
        end = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (!comes_again(invocation_) || !scheduler_.stopping())
        co_await take_back();
    co_await asio::this_coro::reset_cancellation_state();
    std::rethrow_exception(end);
}

// Nothing of it outlives this agent.
asio::awaitable<Outcome> ColonyTry::plain()
{
    auto process = co_await submitted();
    if (!process && says_nothing(process.error()))
        process = co_await found_or(process.error());
    if (!process)
        co_return process.error();
    begun_.process = std::move(*process);
    tell("is process " + begun_.process + " in the colony");
    Outcome outcome = co_await colony_.wait(begun_.process);
    co_return outcome;
}

asio::awaitable<Result<std::string>> ColonyTry::found_or(Failure failure)
{
    auto found = co_await colony_.find(begun_.label);
    if (found && *found)
        co_return std::move(**found);
    co_return failure;
}

asio::awaitable<Outcome> ColonyTry::recorded()
{
    auto recording = co_await Recording::open(journal_, invocation_);
    if (!recording)
        co_return recording.error();
    recording_ = std::move(*recording);
    const Outcome* known = recording_->find(key());
    if (known != nullptr && !*known)
        co_return *known;
    if (known != nullptr) {
        begun_ = begun_in(*known);
        handing_in_ = true;
    } else if (const auto begun = co_await begin(); !begun) {
        co_return begun.error();
    }
    Outcome outcome = co_await in_recorded_time();
    if (!outcome)
        (void)co_await keep(outcome.error());
    co_return outcome;
}

// The intent comes first: whoever dies between handing it in and recording its process looks for it by its label.
asio::awaitable<Result<void>> ColonyTry::begin()
{
    if (invocation_.timeout)
        begun_.end = alarm_after(clock(), *invocation_.timeout);
    Outcome intent = to_outcome(begun_);
    return keep(std::move(intent));
}

asio::awaitable<Outcome> ColonyTry::in_recorded_time()
{
    auto rest = scheduler_.rest(invocation_, until_its_end);
    auto to_the_end = wait();
    Outcome outcome = co_await in_time(std::move(to_the_end));
    co_await scheduler_.wake(std::move(rest));
    co_return outcome;
}

asio::awaitable<Outcome> ColonyTry::in_time(asio::awaitable<Outcome> work)
{
    if (!begun_.end) {
        Outcome outcome = co_await std::move(work);
        co_return outcome;
    }
    std::optional<Outcome> outcome = co_await within(clock(), due(clock(), *begun_.end), std::move(work));
    if (outcome)
        co_return std::move(*outcome);
    co_await take_back();
    co_return Failure{Errc::timed_out, invocation_.function + " did not end within " + to_text(*invocation_.timeout)};
}

asio::awaitable<Outcome> ColonyTry::wait()
{
    const bool known = !begun_.process.empty();
    if (!known)
        if (const auto handed_in = co_await hand_in(); !handed_in)
            co_return handed_in.error();
    tell((known ? "goes on as process " : "is process ") + begun_.process + " in the colony");
    Outcome outcome = co_await colony_.wait(begun_.process);
    co_return outcome;
}

// Again and again while the server does not answer.
asio::awaitable<Result<void>> ColonyTry::hand_in()
{
    Backoff pauses{on_its_way, longest_pause};
    for (;;) {
        auto work = handing_in_ ? looked_for(pauses.next(scheduler_.random().next())) : submitted();
        auto process = co_await std::move(work);
        if (process) {
            begun_.process = std::move(*process);
            Outcome begun = to_outcome(begun_);
            Result<void> kept = co_await keep(std::move(begun));
            co_return kept;
        }
        if (!bears(process.error()))
            co_return process.error();
        tell(process.error().message + "; it is tried again");
    }
}

// A server that is away is waited for. A refusal that may be a mistake of its start is believed when it has lasted.
bool ColonyTry::bears(const Failure& failure)
{
    if (says_nothing(failure)) {
        doubted_since_.reset();
        return true;
    }
    if (failure.code != Errc::refused || !failure.retry)
        return false;
    if (!doubted_since_)
        doubted_since_ = clock().now();
    return clock().now() - *doubted_since_ < longest_doubt;
}

asio::awaitable<Result<std::string>> ColonyTry::submitted()
{
    handing_in_ = true;
    ColonyWork given = work();
    Result<std::string> process = co_await colony_.submit(std::move(given));
    co_return process;
}

asio::awaitable<Result<std::string>> ColonyTry::looked_for(Duration pause)
{
    co_await sleep_for(clock(), on_its_way + pause);
    auto found = co_await colony_.find(begun_.label);
    if (!found)
        co_return found.error();
    if (*found)
        co_return std::move(**found);
    Result<std::string> process = co_await submitted();
    co_return process;
}

asio::awaitable<Result<void>> ColonyTry::keep(Outcome outcome)
{
    Result<void> kept = co_await recording_->keep(key(), std::move(outcome));
    co_return kept;
}

// As far as that can be done in a moment: nobody waits for it any more.
asio::awaitable<void> ColonyTry::take_back()
{
    if (handing_in_)
        (void)co_await within(clock(), clock().now() + longest_farewell, cancel());
}

asio::awaitable<void> ColonyTry::cancel()
{
    for (const Duration pause : {Duration{}, on_its_way}) {
        if (!begun_.process.empty())
            break;
        co_await sleep_for(clock(), pause);
        const auto found = co_await colony_.find(begun_.label);
        begun_.process = found ? found->value_or("") : "";
    }
    if (!begun_.process.empty())
        (void)co_await colony_.cancel(begun_.process);
    if (recording_)
        co_await forget();
}

// A caller that cancelled this call alone, and comes here again after a restart, calls anew.
asio::awaitable<void> ColonyTry::forget()
{
    begun_.label = new_label();
    begun_.process.clear();
    Outcome begun = to_outcome(begun_);
    (void)co_await keep(std::move(begun));
}

std::string ColonyTry::new_label() const
{
    return "forager-" + scheduler_.fresh_id();
}

ColonyWork ColonyTry::work() const
{
    ColonyWork work;
    work.function = invocation_.function;
    work.args = invocation_.args;
    work.kwargs = invocation_.kwargs;
    work.options = way_.options;
    work.patience = invocation_.timeout;
    work.limit = way_.limit ? way_.limit : invocation_.timeout;
    work.label = begun_.label;
    return work;
}

// A retry is another process.
std::string ColonyTry::key() const
{
    return "process of try " + std::to_string(attempt_of(invocation_));
}

// Once, however often it is the same.
void ColonyTry::tell(std::string words)
{
    if (words == told_)
        return;
    observer_.line(invocation_, words);
    told_ = std::move(words);
}

} // namespace forager
