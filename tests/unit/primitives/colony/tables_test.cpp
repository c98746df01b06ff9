#include "primitives/colony/tables.hpp"

#include "clients/colonies/types/colony.hpp"
#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace std::chrono_literals;

namespace {

colonies::Process full()
{
    colonies::Process process;
    process.id = "p1";
    process.state = colonies::ProcessState::successful;
    process.submitted = WallTime{1500ms};
    process.spec.function = "demo.work";
    process.spec.args = {Object{{"$base64", "AP8="}}};
    process.spec.max_exec_time = 60;
    process.spec.conditions.executor_type = "edge";
    process.spec.conditions.cpu = "0m";
    process.spec.conditions.memory = "0Mi";
    process.out = {1, 2};
    process.attributes.resize(1);
    process.attributes[0].key = "size";
    process.attributes[0].value = "12";
    return process;
}

} // namespace

TEST_CASE("a process is a table of what is known of it, with states, times and bytes as scripts have them")
{
    const Object expected{{"id", "p1"},          {"state", "succeeded"},
                          {"func", "demo.work"}, {"args", Array{std::string("\0\xff", 2)}},
                          {"kwargs", Object{}},  {"executor", "edge"},
                          {"timeout", 60},       {"output", Array{1, 2}},
                          {"submitted", 1.5},    {"attributes", Object{{"size", "12"}}},
                          {"input", Array{}}};
    CHECK(process_table(full()) == expected);
}

TEST_CASE("states have the agent's words, and no others")
{
    for (const auto state : {colonies::ProcessState::waiting, colonies::ProcessState::cancelled})
        CHECK(state_of_word(state_word(state)).value() == state);
    CHECK(state_of_word("successful").error().message ==
          "there is no state 'successful': there are waiting, running, succeeded, failed and cancelled");
}

TEST_CASE("a message of the log is as many lines as it has")
{
    colonies::Log log;
    log.message = "a\n\nb";
    CHECK(log_lines({log}).size() == 3);
    log.message = "a\n";
    CHECK(log_lines({log}).size() == 1);
    log.message = "";
    CHECK(log_lines({log}).size() == 1);
}
