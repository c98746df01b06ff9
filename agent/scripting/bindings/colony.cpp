// What scripts ask of a colony: its processes, their channels, and who is there.
#include "scripting/bindings/bindings.hpp"

#include "primitives/colony/channels.hpp"
#include "primitives/colony/directory.hpp"
#include "primitives/colony/processes.hpp"
#include "scripting/bindings/colony_asked.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// (name, options)
asio::awaitable<Outcome> submit(ColonyMember& member, const Request& request)
{
    auto call = colony_call(text(request, 0), table(request, 1));
    return call ? one(colony_work::submit(member, std::move(*call))) : failed(call.error());
}

// (name, options, detach)
asio::awaitable<Outcome> run(ColonyMember& member, const Request& request)
{
    auto call = colony_call(text(request, 0), table(request, 1));
    if (!call)
        return failed(call.error());
    return away_to_the_end(request, one(colony_work::run(member, std::move(*call), flag(request, 2))));
}

asio::awaitable<Outcome> wait(ColonyMember& member, const Request& request)
{
    return away_to_the_end(request, one(colony_work::wait(member, text(request, 0))));
}

asio::awaitable<Outcome> get(ColonyMember& member, const Request& request)
{
    return one(colony_work::get(member, text(request, 0)));
}

asio::awaitable<Outcome> cancel(ColonyMember& member, const Request& request)
{
    return none(colony_work::cancel(member, text(request, 0)));
}

asio::awaitable<Outcome> list(ColonyMember& member, const Request& request)
{
    return one(colony_work::list(member, table(request, 0)));
}

asio::awaitable<Outcome> logs(ColonyMember& member, const Request& request)
{
    return one(colony_work::logs(member, text(request, 0), table(request, 1)));
}

asio::awaitable<Outcome> lines_from(asio::awaitable<Result<colony_work::LogPart>> work)
{
    auto part = co_await std::move(work);
    if (!part)
        co_return part.error();
    co_return Outputs{Value{std::move(part->lines)}, Value{part->since}};
}

// (id, since): lines, and where to go on
asio::awaitable<Outcome> next_lines(ColonyMember& member, const Request& request)
{
    return away_to_the_next(request, lines_from(colony_work::next_lines(member, text(request, 0), whole(request, 1))));
}

asio::awaitable<Outcome> add_attribute(ColonyMember& member, const Request& request)
{
    return none(colony_work::add_attribute(member, text(request, 0), text(request, 1), text(request, 2)));
}

colony_work::ChannelPlace place_of(const Request& request)
{
    return {text(request, 0), text(request, 1)};
}

// (id, channel, message)
asio::awaitable<Outcome> append(ColonyMember& member, const Request& request)
{
    return one(colony_work::append(member, place_of(request), table(request, 2)));
}

// (id, channel, after, count)
asio::awaitable<Outcome> read(ColonyMember& member, const Request& request)
{
    return one(colony_work::read(member, place_of(request), whole(request, 2), whole(request, 3)));
}

// (id, channel, after)
asio::awaitable<Outcome> next_entries(ColonyMember& member, const Request& request)
{
    return away_to_the_next(request, one(colony_work::next_entries(member, place_of(request), whole(request, 2))));
}

asio::awaitable<Outcome> list_executors(ColonyMember& member, const Request&)
{
    return one(colony_work::list_executors(member));
}

asio::awaitable<Outcome> get_executor(ColonyMember& member, const Request& request)
{
    return one(colony_work::get_executor(member, text(request, 0)));
}

asio::awaitable<Outcome> list_functions(ColonyMember& member, const Request& request)
{
    return one(colony_work::list_functions(member, text(request, 0)));
}

asio::awaitable<Outcome> statistics(ColonyMember& member, const Request&)
{
    return one(colony_work::statistics(member));
}

constexpr const char* process_stub = R"({"id":"","state":"succeeded","func":"","args":[],"kwargs":{},"input":[]})";

constexpr Binding bindings[] = {
    {"colony_submit", Outside{asked<submit>}, process_stub},
    {"colony_run", Outside{asked<run>}, "null"},
    {"colony_wait", Outside{asked<wait>}, "null"},
    {"colony_get", Outside{asked<get>}, process_stub},
    {"colony_cancel", Outside{asked<cancel>}},
    {"colony_list", Outside{asked<list>}, "[]"},
    {"colony_logs", Outside{asked<logs>}, "[]"},
    {"colony_next_lines", Outside{asked<next_lines>, "colony.follow"}, "[]"},
    {"colony_add_attribute", Outside{asked<add_attribute>, "colony.set_attribute"}},
    {"colony_append", Outside{asked<append>, "colony.channels.append"}, "1"},
    {"colony_read", Outside{asked<read>, "colony.channels.read"}, "[]"},
    {"colony_next_entries", Outside{asked<next_entries>, "colony.channels.follow"}, "[]"},
    {"colony_list_executors", Outside{asked<list_executors>, "colony.executors.list"}, "[]"},
    {"colony_get_executor", Outside{asked<get_executor>, "colony.executors.get"},
     R"({"id":"","name":"","type":"","state":"","hardware":[],"software":[]})"},
    {"colony_list_functions", Outside{asked<list_functions>, "colony.functions"}, "[]"},
    {"colony_statistics", Outside{asked<statistics>},
     R"({"executors":0,"active_executors":0,"removed_executors":0,
         "processes":{"waiting":0,"running":0,"succeeded":0,"failed":0,"cancelled":0},
         "workflows":{"waiting":0,"running":0,"succeeded":0,"failed":0,"cancelled":0}})"},
};

} // namespace

std::span<const Binding> colony_bindings()
{
    return bindings;
}

} // namespace forager::scripting
