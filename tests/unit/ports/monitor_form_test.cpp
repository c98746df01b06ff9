#include "ports/monitor_form.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;
using namespace std::chrono_literals;

namespace {

std::string problem_of(Object options)
{
    if (options.find("call") == nullptr)
        options.set("call", "f.f");
    const auto monitor = monitor_of(options);
    return monitor ? "none" : monitor.error().message;
}

} // namespace

TEST_CASE("a monitor comes back as it was")
{
    const Object options{
        {"name", "n"},
        {"prefix", "web-"},
        {"labels", Object{{"team", "a"}, {"any", true}}},
        {"expect",
         Object{{"status", "exited"}, {"health", "healthy"}, {"restarts", 3}, {"memory", "64MB"}, {"cpu", 1.5}}},
        {"interval", "1m"},
        {"heartbeat", true},
        {"once", true},
        {"damp", 0.5},
        {"call", "f.f"},
        {"kwargs", Object{{"channel", "c"}}},
        {"owner", "s.lua"}};
    const auto monitor = monitor_of(options);
    REQUIRE(monitor);
    CHECK(monitor->expect.memory == 64 * 1024 * 1024);
    CHECK(monitor->damp == 500ms);
    CHECK(monitor_of(data_of(*monitor)).value() == *monitor);
}

TEST_CASE("what is not said has its default")
{
    const auto monitor = monitor_of({{"container", "web"}, {"call", "f.f"}});
    REQUIRE(monitor);
    CHECK(monitor->name == "web");
    CHECK(monitor->expect == Expectation{});
    CHECK(monitor->interval == 10s);
    CHECK_FALSE(monitor->once);
    CHECK(monitor_of({{"container", "web"}, {"call", "f.f"}, {"expect", "healthy"}})->expect.health == "healthy");
    CHECK(monitor_of({{"prefix", "a"}, {"labels", Object{{"l", "v"}}}, {"call", "f.f"}})->name == "a* l=v");
}

TEST_CASE("what makes no sense is refused by its name")
{
    CHECK(problem_of({}) == "monitor: it needs a 'container' (its name or id), or a 'prefix' of names or 'labels'");
    CHECK(problem_of({{"container", "web"}, {"prefix", "a"}}).find("do not go with it") != std::string::npos);
    CHECK(problem_of({{"container", "web"}, {"call", ""}}).find("needs a function") != std::string::npos);
    CHECK(problem_of({{"container", "web"}, {"expect", "runing"}}).find("'expect' is one of healthy, running, any") !=
          std::string::npos);
    CHECK(problem_of({{"container", "web"}, {"expect", Object{{"restart", 1}}}}) ==
          "monitor: 'expect' has no 'restart', only status, health, restarts, memory, cpu");
    CHECK(problem_of({{"container", "web"}, {"expect", Object{{"memory", "much"}}}}).find("must be a size") !=
          std::string::npos);
    CHECK(problem_of({{"container", "web"}, {"expect", Object{{"cpu", "1"}}}}).find("number of cores") !=
          std::string::npos);
    CHECK(problem_of({{"container", "web"}, {"interval", "10ms"}}) == "monitor: 'interval' must be from 1s to 24h");
    CHECK(problem_of({{"container", "web"}, {"labels", Object{{"l", 1}}}}) ==
          "monitor: the label 'l' must be a text, or true for any");
    CHECK(problem_of({{"container", 1}}).find("'container'") != std::string::npos);
}
