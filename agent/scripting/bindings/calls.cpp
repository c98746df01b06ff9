// Calling functions by name: here, or in the colony.
#include "scripting/bindings/bindings.hpp"

#include "base/ids.hpp"
#include "core/options.hpp"
#include "io/formats/json.hpp"
#include "primitives/colony/work.hpp"
#include "runtime/colony_calls.hpp"
#include "scripting/durability.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// `known`: the function, where it is not whatever the registry has by its name.
asio::awaitable<Outcome> call_recorded(Recording& recording, Script& script, std::string where, Invocation invocation,
                                       Observer& observer, Registry::EntryPtr known)
{
    std::string arguments = to_json(Value{Array{Value{invocation.args}, Value{invocation.kwargs}}});
    const std::string key = recording.next_key(where + " " + invocation.function + " " + derived_id(arguments, ""));
    if (const Outcome* earlier = recording.find(key))
        co_return *earlier;
    invocation.id = derived_id(recording.invocation().id, key);
    Outcome outcome = co_await script.world().scheduler.call(std::move(invocation), observer, std::move(known));
    const Outcome copy = outcome;
    const auto kept = co_await recording.keep(key, copy);
    if (!kept)
        co_return kept.error();
    co_return outcome;
}

asio::awaitable<Outcome> as_one_output(asio::awaitable<Outcome> work)
{
    Outcome outcome = co_await std::move(work);
    if (!outcome)
        co_return outcome;
    co_return Outputs{as_one(std::move(*outcome))};
}

// The call that a request asks for, whose arguments begin with the name at `first`: a single table with names in it is
// keyword arguments.
Invocation asked_for(const Request& request, std::size_t first, bool recorded)
{
    Invocation invocation = nested_in(request.context.invocation, *request.args[first].get<std::string>(), recorded);
    const std::size_t count = request.args.size() - first - 1;
    const auto* kwargs = count == 1 ? request.args.back().get<Object>() : nullptr;
    if (kwargs != nullptr && !kwargs->empty())
        invocation.kwargs = *kwargs;
    else
        invocation.args.assign(request.args.end() - static_cast<std::ptrdiff_t>(count), request.args.end());
    return invocation;
}

// call(name, ...)
asio::awaitable<Outcome> call(Request request)
{
    Recording* recording = recording_of(request);
    Invocation invocation = asked_for(request, 0, recording != nullptr);
    Observer& observer = request.context.observer;
    auto work = recording == nullptr
                    ? request.script.world().scheduler.call(std::move(invocation), observer)
                    : call_recorded(*recording, request.script, "call", std::move(invocation), observer, nullptr);
    return as_one_output(std::move(work));
}

// Its limits and retries are the caller's business; the rest goes with the process.
Result<Invocation> with_limits(Invocation invocation, Object& options)
{
    const auto timeout = forager::duration_option(options, "timeout");
    if (!timeout)
        return timeout.error();
    invocation.timeout = *timeout;
    if (const auto* retries = options.find("retries"))
        invocation.retries = static_cast<std::size_t>(*retries->get<std::int64_t>());
    Object rest;
    for (Member& member : options)
        if (member.name != "timeout" && member.name != "retries" && member.name != "on")
            rest.append(std::move(member.name), std::move(member.value));
    options = std::move(rest);
    return invocation;
}

asio::awaitable<Outcome> call_there(Script& script, Recording* recording, Invocation invocation, Observer& observer,
                                    Object options)
{
    World& world = script.world();
    auto member = world.colony();
    if (!member)
        co_return member.error();
    MemberColony colony{(*member)->who_runs(invocation)};
    const ColonyCalls calls{world.scheduler, world.journal, colony};
    Registry::EntryPtr there = calls.function(invocation.function, {std::move(options), {}});
    auto work = recording == nullptr ? world.scheduler.call(std::move(invocation), observer, std::move(there))
                                     : call_recorded(*recording, script, "colony call", std::move(invocation), observer,
                                                     std::move(there));
    Outcome outcome = co_await std::move(work);
    co_return outcome;
}

// call_in_colony(options, name, ...)
asio::awaitable<Outcome> call_in_colony(Request request)
{
    Recording* recording = recording_of(request);
    Object options = *request.arg(0).get<Object>();
    auto invocation = with_limits(asked_for(request, 1, recording != nullptr), options);
    if (!invocation)
        return failed(invocation.error());
    return as_one_output(
        call_there(request.script, recording, std::move(*invocation), request.context.observer, std::move(options)));
}

constexpr Binding bindings[] = {
    {"call", Inside{call}, "null"},
    {"call_in_colony", Outside{call_in_colony, "colony.call"}, "null"},
};

} // namespace

std::span<const Binding> call_bindings()
{
    return bindings;
}

} // namespace forager::scripting
