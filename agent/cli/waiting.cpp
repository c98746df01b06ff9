#include "cli/waiting.hpp"

#include "app/app.hpp"
#include "base/text.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

constexpr int patience = 120; // pauses of half a second

asio::awaitable<void> pause()
{
    asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{500}};
    co_await timer.async_wait(asio::use_awaitable);
}

// Asks again while the agent is being restarted.
asio::awaitable<Result<Value>> patiently(control::Client& client, std::string path)
{
    for (int tries = 0;; ++tries) {
        auto answer = co_await client.get(path);
        const bool gone = !answer && control::presence_in(answer.error()) != control::Presence::answers;
        if (!gone || tries == patience)
            co_return answer;
        co_await pause();
    }
}

const Value* member(const Value& value, std::string_view name)
{
    const auto* object = value.get<Object>();
    return object == nullptr ? nullptr : object->find(name);
}

Object end_for_programs(const Value& record)
{
    const Value* error = member(record, "error");
    Object object{{"ok", error == nullptr}, {"id", text_of(record, "id")}};
    if (error != nullptr)
        object.append("error", *error);
    else if (const Value* result = member(record, "result"))
        object.append("result", *result);
    return object;
}

int print_end(const Value& record, const Common& common)
{
    const Value* error = member(record, "error");
    if (common.json) {
        write_out(to_json(Value{end_for_programs(record)}) + "\n");
    } else if (error != nullptr) {
        const std::string where = text_of(*error, "where");
        write_err(printable("forager: " + (where.empty() ? "" : where + ": ") + text_of(*error, "message") + "\n"));
    } else if (const Value* result = member(record, "result")) {
        write_out(for_people(*result));
    }
    return error == nullptr ? Exit::done : Exit::failed;
}

} // namespace

std::pair<std::string, std::int64_t> lines_in(const Value& answer, std::int64_t after)
{
    std::string text;
    const Value* lines = member(answer, "lines");
    if (lines == nullptr || lines->get<Array>() == nullptr)
        return {text, after};
    for (const Value& line : *lines->get<Array>()) {
        text += text_of(line, "text") + "\n";
        if (const Value* number = member(line, "number"); number != nullptr && number->get<std::int64_t>() != nullptr)
            after = *number->get<std::int64_t>();
    }
    return {text, after};
}

asio::awaitable<Outcome> wait_for_end(control::Client& client, std::string id)
{
    auto ended = co_await patiently(client, "/v1/invocations/" + id + "/wait");
    if (!ended)
        co_return ended.error();
    co_return Outputs{std::move(*ended)};
}

asio::awaitable<Outcome> follow_lines(control::Client& client, std::string id)
{
    std::int64_t after = 0;
    for (;;) {
        const auto answer =
            co_await patiently(client, "/v1/invocations/" + id + "/logs?follow=true&after=" + std::to_string(after));
        if (!answer)
            co_return answer.error();
        auto [text, last] = lines_in(*answer, after);
        write_err(printable(text));
        after = last;
        if (text_of(*answer, "ended") == "true")
            co_return Outputs{};
    }
}

int ask_about_one(const Common& common, const Question& question)
{
    const auto asked = answer_to(common, question);
    if (!asked.outcome)
        return print_ending(asked, common);
    const Value record = as_one(*asked.outcome);
    if (member(record, "state") != nullptr)
        return print_end(record, common);
    const std::string id = text_of(record, "id");
    if (common.json)
        write_out(to_json(Value{Object{{"ok", true}, {"id", id}}}) + "\n");
    else
        write_out(id + "\n");
    return Exit::done;
}

} // namespace forager::cli
