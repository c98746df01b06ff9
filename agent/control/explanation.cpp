#include "control/explanation.hpp"

#include "runtime/alarm.hpp"

namespace forager::control {

namespace asio = boost::asio;

namespace {

std::string why_it_waits(const Record& record, const Situation& situation)
{
    if (!record.note.empty())
        return record.note;
    if (record.not_before && *record.not_before > situation.now)
        return "it is not to begin before " + wall_text(*record.not_before);
    if (situation.paused)
        return "the agent was drained and begins nothing: 'forager drain --resume' ends that";
    if (!situation.trouble.empty())
        return situation.trouble + ", and what is to begin must be kept";
    if (!situation.key_holder.empty() && situation.key_holder != record.id)
        return situation.key_holder + " goes first, which has the same key '" + record.order_key +
               "' and has not ended";
    if (situation.function_limit > 0)
        return "as many of " + record.function + " run as may at once: " + std::to_string(situation.function_limit) +
               " (its concurrency)";
    return "all places are taken: " + std::to_string(situation.running) + " run (agent.concurrency)";
}

std::string failure_text(const Failure& failure)
{
    return failure.code_word() + ": " + failure.message + (failure.where.empty() ? "" : " (" + failure.where + ")");
}

std::string reason(const Record& record, const Situation& situation)
{
    switch (record.state) {
    case State::waiting: return "It waits: " + why_it_waits(record, situation) + ".";
    case State::running: return "It runs" + (record.note.empty() ? "" : ": " + record.note) + ".";
    case State::sleeping: return "It sleeps: " + record.note + ".";
    case State::succeeded: return "It has succeeded.";
    case State::failed: return "It has failed: " + failure_text(record.outcome->error());
    case State::cancelled: return "It was cancelled: " + record.note + ".";
    }
    return {};
}

std::string times(std::size_t count, const char* what)
{
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

} // namespace

std::string explanation(const Record& record, const Situation& situation)
{
    std::string text = reason(record, situation) + "\n";
    if (!situation.trouble.empty() && !record.ended)
        text += "The agent's state file takes nothing at this moment (" + situation.trouble +
                "): what it did since, and what it is to do next, waits until that is over.\n";
    if (record.submitted)
        text += "Accepted " + wall_text(*record.submitted) + " from " + record.source;
    text += record.started ? ", begun " + wall_text(*record.started) : ", not begun yet";
    text += record.ended ? ", ended " + wall_text(*record.ended) + ".\n" : ".\n";
    if (record.tries > 0)
        text += "Tries that failed before: " + std::to_string(record.tries) + ".\n";
    if (record.starts > 1)
        text += "The agent was started anew " + times(record.starts - 1, "time") + " while it ran.\n";
    return text;
}

asio::awaitable<std::string> adoptions_in(store::LogTable& logs, std::string id)
{
    constexpr std::size_t most = 10;
    std::string text;
    std::size_t found = 0;
    std::int64_t after = 0;
    for (bool more = true; more && found < most;) {
        const auto lines = co_await logs.read(id, after);
        if (!lines)
            break;
        for (const store::LogLine& line : *lines) {
            after = line.number;
            if (line.text.starts_with("adopted `") && found++ < most)
                text += "Its log says: " + line.text + ".\n";
        }
        more = lines->size() == store::LogTable::lines_at_once;
    }
    co_return text;
}

} // namespace forager::control
