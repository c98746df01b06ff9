#include "cli/waiting.hpp"

#include "app/app.hpp"
#include "base/text.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
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

bool is_away(const Failure& failure)
{
    return control::presence_in(failure) != control::Presence::answers;
}

// Asks again while the agent is being restarted.
asio::awaitable<Result<Value>> patiently(control::Client& client, std::string id, std::string what)
{
    for (int tries = 0;; ++tries) {
        auto answer = co_await client.get("/v1/invocations/" + id + what);
        if (answer || !is_away(answer.error()) || tries == patience)
            co_return answer;
        if (tries == 0)
            write_err("forager: the agent is away: " + id + " is safe, and this waits a minute for the agent\n");
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
        write_err(failure_text(control::failure_from(*error)));
    } else if (const Value* result = member(record, "result")) {
        write_out(for_people(*result));
    }
    return error == nullptr ? Exit::done : Exit::failed;
}

} // namespace

void AcceptedWork::accept(std::string id)
{
    id_ = std::move(id);
    known_ = true;
}

Failure AcceptedWork::told(Failure failure) const
{
    const bool given_up = failure.code == Errc::cancelled;
    if (!known_) {
        if (given_up)
            failure.message += ": whether the work was accepted is not known, 'forager ps' tells";
        return failure;
    }
    if (given_up)
        failure.message += ": the work goes on as " + id_ + " ('forager show " + id_ + "' tells how it is, " +
                           "'forager cancel " + id_ + "' ends it)";
    else if (is_away(failure))
        failure.message += "; the work is safe: it was accepted as " + id_ +
                           " and goes on with the agent, 'forager show " + id_ + "' then tells how it is";
    else
        failure.message += " (the work was accepted as " + id_ + ")";
    return failure;
}

int AcceptedWork::print(const Failure& failure, const Common& common) const
{
    const Failure all = told(failure);
    if (!common.json || !known_)
        return print_failure(all, common);
    write_out(to_json(Value{Object{{"ok", false}, {"id", id_}, {"error", all.to_object()}}}) + "\n");
    return Exit::failed;
}

std::pair<Array, std::int64_t> lines_in(Value answer, std::int64_t after)
{
    auto* object = answer.get<Object>();
    Value* member = object == nullptr ? nullptr : object->find("lines");
    auto* lines = member == nullptr ? nullptr : member->get<Array>();
    if (lines == nullptr)
        return {Array{}, after};
    if (!lines->empty() && lines->back().get<Object>() != nullptr)
        after = std::max(after, part<std::int64_t>(*lines->back().get<Object>(), "number"));
    return {std::move(*lines), after};
}

asio::awaitable<Outcome> wait_for_end(control::Client& client, std::string id)
{
    auto ended = co_await patiently(client, std::move(id), "/wait");
    if (!ended)
        co_return ended.error();
    co_return Outputs{std::move(*ended)};
}

asio::awaitable<Outcome> follow_lines(control::Client& client, std::string id, SeeLine see)
{
    std::int64_t after = 0;
    for (;;) {
        auto answer = co_await patiently(client, id, "/logs?follow=true&after=" + std::to_string(after));
        if (!answer)
            co_return answer.error();
        const bool ended = text_of(*answer, "ended") == "true";
        const auto lines = lines_in(std::move(*answer), after);
        if (!std::ranges::all_of(lines.first, see) || ended)
            co_return Outputs{};
        after = lines.second;
    }
}

int ask_about_one(const Common& common, const Question& question, const AcceptedWork& work)
{
    const auto last_words = [&](const Failure& failure) { telling([&] { return work.print(failure, common); }); };
    const auto asked = answer_to(common, question, last_words);
    if (!asked.outcome) {
        const int status = work.print(asked.outcome.error(), common);
        return exit_status(asked, status);
    }
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
