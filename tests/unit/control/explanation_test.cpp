#include "control/explanation.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;
using namespace forager::control;

namespace {

Record waiting()
{
    Record record;
    record.id = "mine";
    record.function = "t.work";
    record.source = "submit";
    record.order_key = "k";
    return record;
}

std::string first_line(const Record& record, const Situation& situation)
{
    const std::string text = explanation(record, situation);
    return text.substr(0, text.find('\n'));
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE(
    "who waits is told for what: its time, the operator, the disk, its key, its function, the agent, in this order")
{
    Situation situation;
    situation.running = 64;
    situation.now = WallTime{std::chrono::hours{1}};
    Record record = waiting();
    CHECK(first_line(record, situation) == "It waits: all places are taken: 64 run (agent.concurrency).");
    situation.function_limit = 2;
    CHECK(first_line(record, situation) == "It waits: as many of t.work run as may at once: 2 (its concurrency).");
    situation.key_holder = "mine";
    CHECK(holds(first_line(record, situation), "its concurrency"));
    situation.key_holder = "other";
    CHECK(first_line(record, situation) == "It waits: other goes first, which has the same key 'k' and has not ended.");
    situation.trouble = "the disk of the state file is full";
    CHECK(first_line(record, situation) ==
          "It waits: the disk of the state file is full, and what is to begin must be kept.");
    situation.paused = true;
    CHECK(holds(first_line(record, situation), "drained"));
    record.not_before = WallTime{std::chrono::hours{2}};
    CHECK(holds(first_line(record, situation), "not to begin before"));
}

TEST_CASE("as long as the disk takes nothing, what is open is said to wait for that, and what has ended is not")
{
    Situation situation;
    situation.trouble = "the disk of the state file is full";
    Record record = waiting();
    record.state = State::sleeping;
    record.note = "until 2026-01-01";
    CHECK(holds(explanation(record, situation), "takes nothing at this moment (the disk of the state file is full)"));
    record.state = State::succeeded;
    record.ended = WallTime{};
    CHECK_FALSE(holds(explanation(record, situation), "takes nothing"));
}
