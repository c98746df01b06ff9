#include "control/api.hpp"

#include "control/description.hpp"
#include "control/explanation.hpp"
#include "control/submission.hpp"
#include "io/formats/json.hpp"
#include "ports/cancellation.hpp"
#include "runtime/alarm.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace forager::control {

namespace asio = boost::asio;

// A client that waits for the end of an invocation.
class Api::Waiting {
public:
    Waiting(Api& api, std::string id) : api_{api}, place_{api.waiting_.emplace(std::move(id), this)} {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { api_.waiting_.erase(place_); }

    asio::awaitable<void> end()
    {
        while (!ended_) {
            const bool woken = co_await waiters_.wait();
            if (!woken)
                throw_cancelled();
        }
    }

    void tell()
    {
        ended_ = true;
        waiters_.wake_all();
    }

private:
    Api& api_;
    std::multimap<std::string, Waiting*, std::less<>>::iterator place_;
    WaitList waiters_;
    bool ended_ = false;
};

namespace {

int status_of(const Failure& failure)
{
    switch (failure.code) {
    case Errc::not_found: return 404;
    case Errc::bad_arguments: return 400;
    case Errc::limit: return 429;
    case Errc::refused: return 409;
    default: return 500;
    }
}

Failure no_such_place(const http::ServedRequest& request)
{
    return {Errc::not_found, "the agent has nothing at " + request.method + " " + request.path};
}

// "/v1/invocations/ID/what"
std::optional<std::pair<std::string, std::string>> about_one(const std::string& path)
{
    constexpr std::string_view prefix = "/v1/invocations/";
    if (!path.starts_with(prefix))
        return {};
    const std::string rest = path.substr(prefix.size());
    const std::size_t end = rest.find('/');
    if (rest.empty() || end == 0)
        return {};
    return std::pair{rest.substr(0, end), end == std::string::npos ? "" : rest.substr(end + 1)};
}

Failure unknown(const std::string& id)
{
    return {Errc::not_found, "there is no invocation " + id + ": 'forager ps --all' lists what is kept"};
}

// Who follows asks again and again; an answer without lines comes after some seconds.
constexpr int most_looks = 50;
constexpr Duration look_pause = std::chrono::milliseconds{200};

Array lines_data(const std::vector<store::LogLine>& lines)
{
    Array list;
    for (const store::LogLine& line : lines)
        list.emplace_back(Object{{"number", line.number}, {"at", wall_text(line.at)}, {"text", line.text}});
    return list;
}

std::int64_t number_parameter(const http::ServedRequest& request, std::string_view name, std::int64_t otherwise)
{
    const std::string* text = request.parameter(name);
    const auto value = text == nullptr ? Result<Value>{Failure{}} : parse_json(*text);
    const auto* number = value ? value->get<std::int64_t>() : nullptr;
    return number == nullptr ? otherwise : *number;
}

} // namespace

void Api::ended(const std::string& id)
{
    const auto [first, last] = waiting_.equal_range(id);
    for (auto at = first; at != last; ++at)
        at->second->tell();
}

asio::awaitable<http::Reply> Api::handle(http::ServedRequest request)
{
    Answer result = co_await answer(std::move(request));
    if (!result)
        co_return http::failure_reply(status_of(result.error()), result.error());
    co_return http::json_reply(200, Value{Object{{"ok", true}, {"result", std::move(*result)}}});
}

asio::awaitable<Api::Answer> Api::answer(http::ServedRequest request)
{
    const std::string place = request.method + " " + request.path;
    if (place == "POST /v1/invocations")
        return submit(std::move(request));
    if (place == "GET /v1/invocations")
        return list(std::move(request));
    if (place == "POST /v1/call")
        return call(std::move(request));
    if (place == "POST /v1/reload")
        return reload();
    if (place == "POST /v1/drain")
        return drain();
    if (auto one = about_one(request.path))
        return answer_about(std::move(one->first), std::move(one->second), std::move(request));
    return answer_at_once(std::move(request));
}

asio::awaitable<Api::Answer> Api::answer_at_once(http::ServedRequest request)
{
    const std::string place = request.method + " " + request.path;
    if (place == "GET /v1/status")
        co_return Value{parts_.status()};
    if (place == "POST /v1/resume") {
        parts_.queue.resume();
        co_return Value{};
    }
    if (place == "GET /v1/functions")
        co_return functions();
    co_return no_such_place(request);
}

asio::awaitable<Api::Answer> Api::answer_about(std::string id, std::string what, http::ServedRequest request)
{
    if (request.method == "GET") {
        if (what.empty())
            return show(std::move(id));
        if (what == "wait")
            return wait(std::move(id));
        if (what == "explain")
            return explain(std::move(id));
        if (what == "logs")
            return logs(std::move(id), std::move(request));
    } else if (request.method == "POST") {
        if (what == "cancel")
            return cancel(std::move(id));
        if (what == "retry")
            return retry(std::move(id));
        if (what == "signal")
            return signal(std::move(id), std::move(request));
    }
    return answer_at_once(std::move(request));
}

asio::awaitable<Result<Record>> Api::record_of(std::string id)
{
    auto found = co_await parts_.store.records().find(id);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return unknown(id);
    co_return std::move(**found);
}

asio::awaitable<Api::Answer> Api::submit(http::ServedRequest request)
{
    auto submission = submission_in(request, parts_.scheduler.clock());
    if (!submission)
        co_return submission.error();
    const auto accepted = co_await parts_.queue.put(std::move(*submission));
    if (!accepted)
        co_return accepted.error();
    co_return Value{Object{{"id", accepted->id}, {"fresh", accepted->fresh}}};
}

asio::awaitable<Api::Answer> Api::list(http::ServedRequest request)
{
    RecordFilter filter;
    const auto text = [&](std::string_view name) {
        const std::string* value = request.parameter(name);
        return value == nullptr ? std::string{} : *value;
    };
    filter.state = text("state");
    filter.function = text("function");
    filter.open_only = text("open") == "true";
    filter.most =
        static_cast<std::size_t>(std::clamp<std::int64_t>(number_parameter(request, "limit", 100), 1, 10'000));
    const auto records = co_await parts_.store.records().list(std::move(filter));
    if (!records)
        co_return records.error();
    Array list;
    for (const Record& record : *records)
        list.emplace_back(record_data(record));
    co_return Value{std::move(list)};
}

asio::awaitable<Api::Answer> Api::show(std::string id)
{
    const auto record = co_await record_of(id);
    if (!record)
        co_return record.error();
    Object object = record_data(*record);
    object.append("args", part<Array>(record->request, "args"));
    object.append("kwargs", part<Object>(record->request, "kwargs"));
    const auto steps = co_await parts_.store.journal().entries(id);
    if (!steps)
        co_return steps.error();
    Array recorded;
    for (const JournalEntry& step : *steps)
        recorded.emplace_back(Object{{"step", step.key}, {"ok", step.outcome.has_value()}});
    object.append("steps", std::move(recorded));
    co_return Value{std::move(object)};
}

asio::awaitable<Api::Answer> Api::wait(std::string id)
{
    Waiting waiting{*this, id};
    for (;;) {
        const auto record = co_await record_of(id);
        if (!record)
            co_return record.error();
        if (record->ended)
            co_return Value{record_data(*record)};
        co_await waiting.end();
    }
}

asio::awaitable<Api::Answer> Api::logs(std::string id, http::ServedRequest request)
{
    const bool follow = request.parameter("follow") != nullptr;
    const std::int64_t after = number_parameter(request, "after", 0);
    for (int looks = 0;; ++looks) {
        const auto record = co_await record_of(id);
        if (!record)
            co_return record.error();
        const auto lines = co_await parts_.store.logs().read(id, after);
        if (!lines)
            co_return lines.error();
        const bool more = lines->size() == store::LogTable::lines_at_once;
        const bool ended = record->ended && !more;
        if (!lines->empty() || ended || !follow || looks == most_looks)
            co_return Value{Object{{"lines", lines_data(*lines)}, {"more", more}, {"ended", ended}}};
        co_await sleep_for(parts_.scheduler.clock(), look_pause);
    }
}

asio::awaitable<Api::Answer> Api::cancel(std::string id)
{
    if (parts_.queue.has_begun(id)) {
        parts_.queue.expect_cancellation(id);
        parts_.scheduler.cancel(id);
        co_return Value{Object{{"id", id}}};
    }
    const auto cancelled = co_await parts_.queue.cancel_waiting(id);
    if (!cancelled)
        co_return cancelled.error();
    if (*cancelled)
        co_return Value{Object{{"id", id}}};
    const auto record = co_await record_of(id);
    if (!record)
        co_return record.error();
    co_return Failure{Errc::refused, id + " has ended: it has " + std::string{name_of(record->state)}};
}

asio::awaitable<Api::Answer> Api::retry(std::string id)
{
    const auto revived = co_await parts_.queue.retry(id);
    if (!revived)
        co_return revived.error();
    co_return Value{Object{{"id", id}}};
}

asio::awaitable<Api::Answer> Api::signal(std::string id, http::ServedRequest request)
{
    auto body = body_of(request);
    if (!body)
        co_return body.error();
    std::string event = part<std::string>(*body, "event");
    if (event.empty())
        co_return Failure{Errc::bad_arguments, "the field 'event' is missing: which signal is it?"};
    const Value* value = body->find("value");
    const auto kept = co_await parts_.store.records().signal(id, std::move(event), value == nullptr ? Value{} : *value);
    if (!kept)
        co_return kept.error();
    parts_.signals.sent(id);
    co_return Value{Object{{"id", id}}};
}

// Run as a part of the request: it is not kept, and ends when the client leaves.
asio::awaitable<Api::Answer> Api::call(http::ServedRequest request)
{
    auto submission = submission_in(request, parts_.scheduler.clock());
    if (!submission)
        co_return submission.error();
    submission->invocation.source = "call";
    Outcome outcome = co_await parts_.scheduler.call(std::move(submission->invocation));
    if (!outcome)
        co_return Value{Object{{"error", outcome.error().to_object()}}};
    co_return Value{Object{{"result", as_one(std::move(*outcome))}}};
}

asio::awaitable<Api::Answer> Api::drain()
{
    co_await parts_.drain();
    co_return Value{};
}

asio::awaitable<Api::Answer> Api::explain(std::string id)
{
    const auto record = co_await record_of(id);
    if (!record)
        co_return record.error();
    const Situation situation{parts_.queue.paused(), parts_.queue.running(), parts_.scheduler.clock().wall()};
    co_return Value{explanation(*record, situation)};
}

asio::awaitable<Api::Answer> Api::reload()
{
    co_await parts_.reload();
    co_return Value{parts_.scripts()};
}

Value Api::functions() const
{
    return functions_data(parts_.scheduler.registry());
}

} // namespace forager::control
