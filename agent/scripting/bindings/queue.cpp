// The agent's own queue: work that is handed in by scripts, and what becomes of it.
#include "scripting/bindings/bindings.hpp"

#include "base/duration.hpp"
#include "core/options.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// Lua has checked what the options are.
Result<Submission> submission_of(const Request& request)
{
    const Value& given = request.arg(1);
    Submission submission;
    Invocation& invocation = submission.invocation;
    invocation.function = text(request, 0);
    invocation.source = "submit";
    invocation.label = text_option(given, "label");
    if (const Value* args = option(given, "args"); args != nullptr && args->get<Array>() != nullptr)
        invocation.args = *args->get<Array>();
    if (const Value* kwargs = option(given, "kwargs"); kwargs != nullptr && kwargs->get<Object>() != nullptr)
        invocation.kwargs = *kwargs->get<Object>();
    submission.order_key = text_option(given, "key");
    submission.idempotency_key = text_option(given, "idempotency_key");
    submission.priority = static_cast<int>(whole_option(given, "priority").value_or(0));
    if (const auto retries = whole_option(given, "retries"))
        invocation.retries = static_cast<std::size_t>(*retries);
    const auto timeout = duration_option(given, "timeout");
    const auto delay = duration_option(given, "delay");
    if (!timeout || !delay)
        return timeout ? delay.error() : timeout.error();
    invocation.timeout = *timeout;
    if (*delay)
        submission.not_before = request.script.world().clock.wall() + **delay;
    return submission;
}

Object record_table(const Record& record)
{
    Object table{{"id", record.id},      {"func", record.function}, {"state", name_of(record.state)},
                 {"note", record.note},  {"source", record.source}, {"key", record.order_key},
                 {"tries", record.tries}};
    const std::pair<const char*, const std::optional<WallTime>&> times[] = {{"submitted", record.submitted},
                                                                            {"not_before", record.not_before},
                                                                            {"started", record.started},
                                                                            {"ended", record.ended}};
    for (const auto& [name, time] : times)
        if (time)
            table.append(name, to_seconds(time->time_since_epoch()));
    if (record.outcome && *record.outcome)
        table.append("output", as_one(**record.outcome));
    else if (record.outcome)
        table.append("error", to_data(record.outcome->error()));
    return table;
}

asio::awaitable<Outcome> submitted(WorkQueue& queue, Submission submission)
{
    auto accepted = co_await queue.submit(std::move(submission));
    if (!accepted)
        co_return accepted.error();
    co_return Outputs{Value{std::move(accepted->id)}};
}

// queue_submit(function, options): the id
asio::awaitable<Outcome> queue_submit(Request request)
{
    const auto queue = request.script.world().queue();
    if (!queue)
        return failed(queue.error());
    auto submission = submission_of(request);
    if (!submission)
        return failed(submission.error());
    return submitted(**queue, std::move(*submission));
}

asio::awaitable<Outcome> found(WorkQueue& queue, std::string id)
{
    const auto record = co_await queue.find(std::move(id));
    if (!record)
        co_return record.error();
    if (!*record)
        co_return Outputs{};
    co_return Outputs{Value{record_table(**record)}};
}

// queue_get(id): nothing when there is none
asio::awaitable<Outcome> queue_get(Request request)
{
    const auto queue = request.script.world().queue();
    return queue ? found(**queue, text(request, 0)) : failed(queue.error());
}

// queue_cancel(id): whether there was one to end
asio::awaitable<Outcome> queue_cancel(Request request)
{
    const auto queue = request.script.world().queue();
    return queue ? one((*queue)->cancel(text(request, 0))) : failed(queue.error());
}

// queue_signal(id, event, value)
asio::awaitable<Outcome> queue_signal(Request request)
{
    const auto queue = request.script.world().queue();
    return queue ? none((*queue)->signal(text(request, 0), text(request, 1), request.arg(2))) : failed(queue.error());
}

constexpr Binding bindings[] = {
    {"queue_submit", Outside{queue_submit}, R"("0123456789abcdef0123456789abcdef")"},
    {"queue_get", Outside{queue_get}, "null"},
    {"queue_cancel", Outside{queue_cancel}, "true"},
    {"queue_signal", Outside{queue_signal}, "null"},
};

} // namespace

std::span<const Binding> queue_bindings()
{
    return bindings;
}

} // namespace forager::scripting
