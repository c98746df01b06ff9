#include "app/tape/replay.hpp"

#include "app/tape/recorder.hpp"
#include "ports/cancellation.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/vm/vm.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

bool asks_the_same(const Asked& one, const Asked& other)
{
    return one.args == other.args && one.options == other.options;
}

} // namespace

Replay::Replay(App& app, const Tape& tape, Step step)
    : app_{app},
      tape_{tape},
      step_{std::move(step)},
      taken_(tape.calls.size()),
      never_{app.executor()},
      stage_{app, border_, [this](const Registry::EntryPtr&) { return std::make_shared<TapedFunction>(*this); }}
{
    for (std::size_t i = 0; i < tape.calls.size(); ++i)
        waiting_[{tape.calls[i].asked.call, tape.calls[i].asked.function}].push_back(i);
}

asio::awaitable<Outcome> Replay::TapedBorder::answer(scripting::Crossing call)
{
    if (is_of_scripts(call.name))
        return call.world(std::move(call.request));
    scripting::Task& task = call.request.script.vm().current();
    return replay_.taped(asked_at(call, place_of(call)), &task);
}

// Behind the tape's end, and where it has been left, the clock of the replay goes on.
WallTime Replay::TapedBorder::wall(WallTime present)
{
    const auto& walls = replay_.tape_.walls;
    return replay_.walls_ < walls.size() ? walls[replay_.walls_++] : present;
}

TimePoint Replay::TapedBorder::now(TimePoint present)
{
    const auto& moments = replay_.tape_.moments;
    return replay_.moments_ < moments.size() ? moments[replay_.moments_++] : present;
}

asio::awaitable<Outcome> Replay::TapedFunction::run(const Invocation& invocation, std::vector<Value> args,
                                                    Observer& observer)
{
    return replay_.taped_function(invocation, std::move(args), observer);
}

// Of those by this name, in the name of this function, that were not taken: the first that asks for the same, or else
// the first.
std::optional<std::size_t> Replay::next_of(const Asked& asked)
{
    std::deque<std::size_t>& waiting = waiting_[{asked.call, asked.function}];
    if (waiting.empty())
        return std::nullopt;
    const auto same = std::ranges::find_if(
        waiting, [&](std::size_t number) { return asks_the_same(tape_.calls[number].asked, asked); });
    if (same == waiting.end())
        return waiting.front();
    const std::size_t number = *same;
    waiting.erase(same);
    return number;
}

Failure Replay::differs(std::string how)
{
    Failure failure{Errc::script, "it leaves the tape: " + std::move(how)};
    if (!difference_)
        difference_ = failure;
    return failure;
}

// The call of then, once it has come to its end; one that came to none is waited for in vain.
asio::awaitable<Result<const TapedCall*>> Replay::found(Asked asked, scripting::Task* task)
{
    const auto number = next_of(asked);
    const std::string place = asked.where.empty() ? "" : " at " + asked.where;
    if (!number)
        co_return differs("it asks for " + shown(asked) + place + ", which was not asked for then");
    const TapedCall& call = tape_.calls[*number];
    if (!asks_the_same(call.asked, asked))
        co_return differs("it asks for " + shown(asked) + place + ", and not for " + shown(call.asked));
    taken_[*number] = true;
    if (!call.ended) {
        co_await never_.wait();
        throw_cancelled();
    }
    co_await sleep_until(app_.clock(), TimePoint{} + *call.ended);
    step_(*number + 1, call, task);
    co_return &call;
}

asio::awaitable<Outcome> Replay::taped(Asked asked, scripting::Task* task)
{
    const auto call = co_await found(std::move(asked), task);
    if (!call)
        co_return call.error();
    co_return (*call)->outcome;
}

asio::awaitable<Outcome> Replay::taped_function(const Invocation& invocation, std::vector<Value> args,
                                                Observer& observer)
{
    const auto call = co_await found(asked_of(invocation, std::move(args)), nullptr);
    if (!call)
        co_return call.error();
    for (const std::string& line : (*call)->lines)
        observer.line(invocation, line);
    co_return (*call)->outcome;
}

std::optional<Failure> Replay::rest() const
{
    for (std::size_t i = 0; i < taken_.size(); ++i)
        if (!taken_[i])
            return Failure{Errc::script, "it leaves the tape: it did not ask for " + shown(tape_.calls[i].asked) +
                                             ", as it did then"};
    return std::nullopt;
}

} // namespace forager
