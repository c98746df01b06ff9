// The part of the API that is about invocations.
#include "control/api.hpp"

#include "base/timestamp.hpp"
#include "control/description.hpp"
#include "control/explanation.hpp"
#include "control/submission.hpp"
#include "io/formats/json.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

Failure unknown(const std::string& id)
{
    return {Errc::not_found, "there is no invocation " + id + ": 'forager ps --all' lists what is kept"};
}

std::string text_parameter(const http::ServedRequest& request, std::string_view name)
{
    const std::string* value = request.parameter(name);
    return value == nullptr ? std::string{} : *value;
}

Result<bool> flag_parameter(const http::ServedRequest& request, std::string_view name)
{
    const std::string text = text_parameter(request, name);
    if (text == "true" || text == "false" || text.empty())
        return text == "true";
    return Failure{Errc::bad_arguments, "the parameter '" + std::string{name} + "' is true or false"};
}

struct Range {
    std::int64_t least;
    std::int64_t most;
    std::int64_t otherwise;
};

Result<std::int64_t> number_parameter(const http::ServedRequest& request, std::string_view name, Range range)
{
    const std::string* text = request.parameter(name);
    if (text == nullptr)
        return range.otherwise;
    const auto value = parse_json(*text);
    const auto* number = value ? value->get<std::int64_t>() : nullptr;
    if (number != nullptr && *number >= range.least && *number <= range.most)
        return *number;
    return Failure{Errc::bad_arguments, "the parameter '" + std::string{name} + "' is a whole number from " +
                                            std::to_string(range.least) + " to " + std::to_string(range.most)};
}

Result<RecordFilter> filter_in(const http::ServedRequest& request)
{
    RecordFilter filter;
    filter.state = text_parameter(request, "state");
    filter.function = text_parameter(request, "function");
    if (!filter.state.empty() && !state_named(filter.state))
        return Failure{Errc::bad_arguments, "there is no state '" + filter.state + "'"};
    const auto open_only = flag_parameter(request, "open");
    const auto most = number_parameter(request, "limit", {1, 10'000, 100});
    if (!open_only || !most)
        return !open_only ? open_only.error() : most.error();
    filter.open_only = *open_only;
    filter.most = static_cast<std::size_t>(*most);
    return filter;
}

Array lines_data(const std::vector<store::LogLine>& lines)
{
    Array list;
    for (const store::LogLine& line : lines)
        list.emplace_back(Object{{"number", line.number}, {"at", timestamp(line.at)}, {"text", line.text}});
    return list;
}

// `inside` counts it as long as it runs.
asio::awaitable<Outcome> called(Scheduler& scheduler, Invocation invocation, Observer& observer,
                                std::shared_ptr<const Gate::Inside>)
{
    Outcome outcome = co_await scheduler.call(std::move(invocation), observer);
    co_return outcome;
}

Value id_data(std::string id)
{
    return Value{Object{{"id", std::move(id)}}};
}

} // namespace

asio::awaitable<Result<Record>> Api::record_of(std::string id)
{
    auto found = co_await parts_.store.records().find(id);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return unknown(id);
    co_return std::move(**found);
}

asio::awaitable<Api::Answer> Api::submit(Call call)
{
    auto submission = submission_in(call.request, parts_.scheduler.clock());
    if (!submission)
        co_return submission.error();
    const auto accepted = co_await parts_.queue.put(std::move(*submission));
    if (!accepted)
        co_return accepted.error();
    co_return Value{Object{{"id", accepted->id}, {"fresh", accepted->fresh}}};
}

asio::awaitable<Api::Answer> Api::list(Call call)
{
    auto filter = filter_in(call.request);
    if (!filter)
        co_return filter.error();
    const auto records = co_await parts_.store.records().list(std::move(*filter));
    if (!records)
        co_return records.error();
    Array list;
    for (const Record& record : *records)
        list.emplace_back(record_data(record));
    co_return Value{std::move(list)};
}

asio::awaitable<Api::Answer> Api::show(Call call)
{
    const auto record = co_await record_of(call.id);
    if (!record)
        co_return record.error();
    Object object = record_data(*record);
    object.append("args", part<Array>(record->request, "args"));
    object.append("kwargs", part<Object>(record->request, "kwargs"));
    const auto steps = co_await parts_.store.journal().entries(call.id);
    if (!steps)
        co_return steps.error();
    Array recorded;
    for (const JournalEntry& step : *steps)
        recorded.emplace_back(Object{{"step", step.key}, {"ok", step.outcome.has_value()}});
    object.append("steps", std::move(recorded));
    co_return Value{std::move(object)};
}

asio::awaitable<Api::Answer> Api::wait(Call call)
{
    Watchers::Watcher watcher{watchers_, call.id, Watchers::News::end};
    for (;;) {
        const auto record = co_await record_of(call.id);
        if (!record)
            co_return record.error();
        if (record->ended)
            co_return Value{record_data(*record)};
        co_await watcher.news();
    }
}

// Who follows is answered as soon as there is a line, and asks again for what comes after it.
asio::awaitable<Api::Answer> Api::logs(Call call)
{
    const auto follow = flag_parameter(call.request, "follow");
    const auto after = number_parameter(call.request, "after", {0, std::numeric_limits<std::int64_t>::max(), 0});
    if (!follow || !after)
        co_return !follow ? follow.error() : after.error();
    Watchers::Watcher watcher{watchers_, call.id, Watchers::News::line};
    for (;;) {
        const auto record = co_await record_of(call.id);
        if (!record)
            co_return record.error();
        const auto lines = co_await parts_.store.logs().read(call.id, *after);
        if (!lines)
            co_return lines.error();
        const bool more = lines->size() == store::LogTable::lines_at_once;
        const bool ended = record->ended && !more;
        if (!lines->empty() || ended || !*follow)
            co_return Value{Object{{"lines", lines_data(*lines)}, {"more", more}, {"ended", ended}}};
        co_await watcher.news();
    }
}

asio::awaitable<Api::Answer> Api::cancel(Call call)
{
    const auto cancelled = co_await parts_.queue.cancel(call.id);
    if (!cancelled)
        co_return cancelled.error();
    if (*cancelled)
        co_return id_data(std::move(call.id));
    const auto record = co_await record_of(call.id);
    if (!record)
        co_return record.error();
    if (record->ended) {
        const char* did = record->state == State::cancelled ? "it was " : "it has ";
        co_return Failure{Errc::refused, call.id + " has ended: " + did + std::string{name_of(record->state)}};
    }
    co_return Failure{Errc::refused, call.id + " came from '" + record->source + "': it is cancelled there"};
}

asio::awaitable<Api::Answer> Api::retry(Call call)
{
    const auto revived = co_await parts_.queue.retry(call.id);
    if (!revived)
        co_return revived.error();
    co_return id_data(std::move(call.id));
}

asio::awaitable<Api::Answer> Api::signal(Call call)
{
    auto sent = signal_in(call.request);
    if (!sent)
        co_return sent.error();
    const auto kept = co_await parts_.work.signal(call.id, std::move(sent->event), std::move(sent->value));
    if (!kept)
        co_return kept.error();
    co_return id_data(std::move(call.id));
}

// Run as a part of the request: it is not kept, and ends when the client leaves.
Result<http::Reply> Api::call(Call call)
{
    auto submission = submission_in(call.request, parts_.scheduler.clock());
    if (!submission)
        return submission.error();
    submission->invocation.source = "call";
    if (parts_.gate.is_shut())
        return Failure{Errc::refused, drained};
    const std::shared_ptr<const Gate::Inside> inside{new Gate::Inside{parts_.gate.pass()}};
    return parts_.sessions.call(parts_.scheduler.observer(), [&](Observer& observer) {
        return called(parts_.scheduler, std::move(submission->invocation), observer, inside);
    });
}

Situation Api::situation_of(const Record& record) const
{
    Situation situation{parts_.queue.paused(),
                        parts_.scheduler.busy(),
                        parts_.scheduler.clock().wall(),
                        parts_.store.writer().trouble(),
                        parts_.queue.holder_of(record.order_key),
                        0};
    const auto function = parts_.scheduler.registry().find(record.function);
    if (function && parts_.scheduler.room_for(record.function) == 0)
        situation.function_limit = (*function)->function.concurrency;
    return situation;
}

asio::awaitable<Api::Answer> Api::explain(Call call)
{
    const auto record = co_await record_of(call.id);
    if (!record)
        co_return record.error();
    const std::string text = explanation(*record, situation_of(*record));
    const std::string adoptions = co_await adoptions_in(parts_.store.logs(), call.id);
    co_return Value{text + adoptions};
}

} // namespace forager::control
