// What a durable function records: its steps, its sleeps, the time and the chance that it saw, the signals that it
// waited for; in other functions the same calls record nothing. And the folder that it keeps over restarts.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "core/options.hpp"
#include "ports/within.hpp"
#include "runtime/alarm.hpp"
#include "runtime/signals.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/durability.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/lua_value.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/vm.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// step_find(name): nothing where nothing is recorded; else the step's key and, when it is done, true and its result.
Outcome step_find(Request& request)
{
    Recording* recording = recording_of(request);
    if (recording == nullptr)
        return Outputs{};
    const std::string name = "step " + *request.arg(0).get<std::string>();
    std::string key = recording->next_key(name);
    const Outcome* known = recording->find(key);
    if (known == nullptr)
        return Outputs{Value{std::move(key)}, Value{false}};
    if (!*known)
        return known->error();
    return Outputs{Value{std::move(key)}, Value{true}, as_one(**known)};
}

// What the step's commands gave will not be asked for again.
asio::awaitable<Outcome> step_is_over(Request request)
{
    if (request.context.commands.keeps()) {
        KeptOf step{"", request.context.invocation.id, *request.args.front().get<std::string>(), false};
        co_await request.script.world().processes.end_kept(std::move(step));
    }
    co_return Outputs{};
}

// step_keep(key, result)
asio::awaitable<Outcome> step_keep(Request request)
{
    Recording& recording = *request.context.recording;
    Outputs outputs;
    if (!request.arg(1).is_null())
        outputs.push_back(request.arg(1));
    auto kept = co_await recording.keep(*request.args.front().get<std::string>(), std::move(outputs));
    if (!kept)
        co_return kept.error();
    Outcome over = co_await step_is_over(std::move(request));
    co_return over;
}

// step_failed(key, what failure_data gave)
asio::awaitable<Outcome> step_failed(Request request)
{
    Recording& recording = *request.context.recording;
    Failure failure = failure_from_data(*request.arg(1).get<Object>());
    auto kept = co_await recording.keep(*request.args.front().get<std::string>(), std::move(failure));
    if (!kept)
        co_return kept.error();
    Outcome over = co_await step_is_over(std::move(request));
    co_return over;
}

void keep_failure_data(lua_State* L)
{
    Script::of(L).kept_answer = {Value{to_data(to_failure(L, 1))}};
}

// failure_data(error): any error as data, for step_failed.
int failure_data(lua_State* L)
{
    keep_failure_data(L);
    push_value(L, Script::of(L).kept_answer.front());
    return 1;
}

// step_enter(key or nil) and step_leave(): what is called between them is a part of one step, and not recorded by
// itself.
Outcome step_enter(Request& request)
{
    Task& task = request.script.vm().current();
    ++task.steps;
    if (const auto* key = request.arg(0).get<std::string>())
        task.step = *key;
    return Outputs{};
}

Outcome step_leave(Request& request)
{
    Task& task = request.script.vm().current();
    if (--task.steps == 0)
        task.step.clear();
    return Outputs{};
}

// When a wait that began now is over, or one that began before the restart.
asio::awaitable<Result<Alarm>> recorded_alarm(Recording& recording, Clock& clock, std::string key, Duration length)
{
    if (const Outcome* known = recording.find(key))
        co_return alarm_from(as_one(known->value()));
    const Alarm alarm = alarm_after(clock, length);
    Outcome begun{Outputs{to_value(alarm)}};
    const auto kept = co_await recording.keep(std::move(key), std::move(begun));
    if (!kept)
        co_return kept.error();
    co_return alarm;
}

asio::awaitable<Outcome> sleep_recorded(Recording& recording, World& world, Duration length)
{
    std::string key = recording.next_key("sleep " + to_text(length));
    const auto alarm = co_await recorded_alarm(recording, world.clock, std::move(key), length);
    if (!alarm)
        co_return alarm.error();
    if (due(world.clock, *alarm) <= world.clock.now())
        co_return Outputs{};
    auto rest = world.scheduler.rest(recording.invocation(), "until " + wall_text(alarm->wall));
    co_await sleep_until(world.clock, *alarm);
    co_await world.scheduler.wake(std::move(rest));
    co_return Outputs{};
}

asio::awaitable<Outcome> sleep_plainly(Clock& clock, Duration length)
{
    co_await sleep_for(clock, length);
    co_return Outputs{};
}

// durable_sleep(duration)
asio::awaitable<Outcome> durable_sleep(Request request)
{
    const auto length = to_duration(request.arg(0));
    if (!length)
        return failed(length.error());
    Recording* recording = recording_of(request);
    if (recording == nullptr)
        return sleep_plainly(request.script.world().clock, *length);
    return sleep_recorded(*recording, request.script.world(), *length);
}

asio::awaitable<Outcome> seen(Recording* recording, std::string name, Value value)
{
    if (recording == nullptr)
        co_return Outputs{std::move(value)};
    const std::string key = recording->next_key(name);
    if (const Outcome* known = recording->find(key))
        co_return *known;
    Outcome outcome{Outputs{std::move(value)}};
    const Outcome copy = outcome;
    auto kept = co_await recording->keep(key, copy);
    if (!kept)
        co_return kept.error();
    co_return outcome;
}

// durable_now(): seconds since 1970
asio::awaitable<Outcome> durable_now(Request request)
{
    return seen(recording_of(request), "now",
                Value{to_seconds(request.script.world().clock.wall().time_since_epoch())});
}

// durable_random(value): a random number that the caller has drawn
asio::awaitable<Outcome> durable_random(Request request)
{
    return seen(recording_of(request), "random", request.arg(0));
}

asio::awaitable<Outcome> first_signal(Recording& recording, Signals& signals, std::string event, std::string key)
{
    Signals::Listener listener{signals, root_of(recording.invocation())};
    for (;;) {
        auto taken = co_await recording.take_signal(event, key);
        if (!taken)
            co_return taken.error();
        if (*taken)
            co_return Outputs{std::move(**taken)};
        co_await listener.next();
    }
}

asio::awaitable<Outcome> signal_within(Recording& recording, World& world, std::string event, std::string key,
                                       Duration limit)
{
    const auto alarm = co_await recorded_alarm(recording, world.clock, key + " until", limit);
    if (!alarm)
        co_return alarm.error();
    auto heard =
        co_await within(world.clock, due(world.clock, *alarm), first_signal(recording, world.signals, event, key));
    if (heard)
        co_return std::move(*heard);
    Outcome late{Failure{Errc::timed_out, "no signal '" + event + "' came within " + to_text(limit)}};
    const Outcome copy = late;
    const auto kept = co_await recording.keep(key, copy);
    if (!kept)
        co_return kept.error();
    co_return late;
}

// `beside`: other tasks of the invocation work meanwhile, so it keeps its place.
asio::awaitable<Outcome> wait_recorded(Recording& recording, World& world, std::string event,
                                       std::optional<Duration> limit, bool beside)
{
    const std::string key = recording.next_key("wait " + event);
    if (const Outcome* known = recording.find(key))
        co_return *known;
    std::optional<Scheduler::Rest> rest;
    if (!beside)
        rest.emplace(world.scheduler.rest(recording.invocation(), "until it is sent the signal '" + event + "'"));
    auto work = limit ? signal_within(recording, world, event, key, *limit)
                      : first_signal(recording, world.signals, event, key);
    Outcome outcome = co_await std::move(work);
    if (rest)
        co_await world.scheduler.wake(std::move(*rest));
    co_return outcome;
}

// wait_signal(event, limit or nil, beside)
asio::awaitable<Outcome> wait_signal(Request request)
{
    Recording* recording = recording_of(request);
    if (recording == nullptr)
        return failed({Errc::refused, request.script.vm().current().in_step()
                                          ? "ctx:wait cannot be used inside of a step"
                                          : "ctx:wait needs a durable function: declare it with durable = true"});
    std::optional<Duration> limit;
    if (!request.arg(1).is_null())
        limit = to_duration(request.arg(1)).value();
    return wait_recorded(*recording, request.script.world(), *request.arg(0).get<std::string>(), limit,
                         flag(request, 2));
}

// will_resume(): whether what is cut off now is begun again by the next agent
Outcome will_resume(Request& request)
{
    return Outputs{Value{request.context.recording != nullptr && request.script.world().scheduler.stopping()}};
}

// scratch_folder(): of the invocation that calls
asio::awaitable<Outcome> scratch_folder(Request request)
{
    std::optional<LastingFolder> lasting;
    if (request.context.recording != nullptr)
        lasting = {root_of(request.context.invocation), request.context.invocation.id};
    return one(request.script.world().processes.folder(request.context.commands.id(), std::move(lasting)));
}

constexpr Binding bindings[] = {
    {"step_find", step_find},
    {"step_keep", Inside{step_keep}, "null"},
    {"step_failed", Inside{step_failed}, "null"},
    {"failure_data", failure_data},
    {"step_enter", step_enter},
    {"step_leave", step_leave},
    {"durable_sleep", Inside{durable_sleep}, "null"},
    {"durable_now", Inside{durable_now}, "0"},
    {"durable_random", Inside{durable_random}, "0.5"},
    {"wait_signal", Inside{wait_signal}, "null"},
    {"will_resume", will_resume},
    {"scratch_folder", Outside{scratch_folder, "ctx:folder"}, R"("/tmp")"},
};

} // namespace

std::span<const Binding> durable_bindings()
{
    return bindings;
}

} // namespace forager::scripting
