#include "app/agent/metrics_page.hpp"

#include "metrics_reader.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

struct CountedWork {
    test::VirtualClock clock;
    boost::asio::io_context io{1};
    InvocationCounts counts{clock};
    AgentLog log{LogFormat::text, LogLevel::error};
    std::map<int, std::uint64_t> replies{{200, 3}, {404, 1}};

    MetricsView view() { return {.invocations = counts, .log = log, .http_replies = replies}; }

    void run(const std::string& function, const std::string& id, Duration duration, State end)
    {
        Invocation invocation;
        invocation.id = id;
        invocation.function = function;
        counts.state(invocation, State::waiting);
        counts.state(invocation, State::running);
        clock.run_for(io, duration);
        counts.state(invocation, end);
    }
};

} // namespace

TEST_CASE("the page is OpenMetrics, whatever it tells of")
{
    CountedWork counted;
    counted.run("media.scale", "1", std::chrono::milliseconds{200}, State::succeeded);
    counted.run("media.scale", "2", std::chrono::seconds{100}, State::failed);
    MetricsView view = counted.view();
    view.ready = true;
    view.waiting = 7;
    view.loops = {{"queue", LoopState::running, 2, {}, {}},
                  {"every 1 s at a \"b\".lua:7", LoopState::sleeping, 1, {}, {}},
                  {"every 1 s at a \"b\".lua:7", LoopState::running, 1, {}, {}}};
    view.scripts = {{"/etc/a\\b.lua", true, std::nullopt, 4096}, {"/etc/\xff.lua", false, Failure{}, 0}};
    const MetricsReader read{metrics_page(view, MetricsText::Form::open_metrics)};
    CHECK(read.samples.at("forager_ready") == 1);
    CHECK(read.samples.at("forager_queue_waiting") == 7);
    CHECK(read.samples.at(R"(forager_invocations_total{function="media.scale",state="succeeded"})") == 1);
    CHECK(read.samples.at(R"(forager_invocations_total{function="media.scale",state="failed"})") == 1);
    CHECK(read.samples.at(R"(forager_invocations_total{function="media.scale",state="cancelled"})") == 0);
    CHECK(read.samples.at(R"(forager_invocation_duration_seconds_bucket{function="media.scale",le="0.5"})") == 1);
    CHECK(read.samples.at(R"(forager_invocation_duration_seconds_count{function="media.scale"})") == 2);
    CHECK(read.samples.at(R"(forager_invocation_duration_seconds_sum{function="media.scale"})") ==
          doctest::Approx(100.2));
    CHECK(read.samples.at(R"(forager_loop_up{loop="every 1 s at a \"b\".lua:7"})") == 0);
    CHECK(read.samples.at(R"(forager_loop_restarts_total{loop="every 1 s at a \"b\".lua:7"})") == 2);
    CHECK(read.samples.at(R"(forager_script_heap_bytes{script="/etc/a\\b.lua"})") == 4096);
    CHECK(read.samples.at(R"(forager_script_broken{script="/etc/?.lua"})") == 1);
    CHECK(read.samples.at(R"(forager_http_replies_total{status="404"})") == 1);
    for (const auto& [name, type] : read.types)
        CHECK_MESSAGE(name.starts_with("forager_"), name);
}

TEST_CASE("what brokers bring is counted by broker and channel")
{
    CountedWork counted;
    MetricsView view = counted.view();
    view.messages = {{"mqtt", 70, 7, 3, 1}};
    ContainerChannels::Counts close;
    close.heard = 9;
    close.busy = 4;
    view.channels = {{"redis", {{"close_container", close}, {"other", {}}}, 2, 5, 1, 6}};
    const MetricsReader read{metrics_page(view, MetricsText::Form::open_metrics)};
    CHECK(read.samples.at(R"(forager_broker_messages_total{broker="mqtt"})") == 70);
    CHECK(read.samples.at(R"(forager_broker_messages_dropped_total{broker="mqtt"})") == 7);
    CHECK(read.samples.at(R"(forager_broker_messages_waiting{broker="mqtt"})") == 3);
    CHECK(read.samples.at(R"(forager_container_requests_total{broker="redis",channel="close_container"})") == 9);
    CHECK(read.samples.at(R"(forager_container_requests_busy_total{broker="redis",channel="close_container"})") == 4);
    CHECK(read.samples.at(R"(forager_container_requests_total{broker="redis",channel="other"})") == 0);
    CHECK(read.samples.at(R"(forager_container_replies_total{broker="redis"})") == 5);
    CHECK(read.samples.at(R"(forager_container_replies_waiting{broker="redis"})") == 6);
}

TEST_CASE("functions beyond the limit are counted together")
{
    CountedWork counted;
    for (std::size_t i = 0; i < InvocationCounts::most_functions + 20; ++i)
        counted.run("f.n" + std::to_string(i), "1", {}, State::succeeded);
    counted.run("f.n0", "1", {}, State::succeeded);
    CHECK(counted.counts.functions().size() == InvocationCounts::most_functions + 1);
    CHECK(counted.counts.functions().at("other").succeeded == 20);
    CHECK(counted.counts.functions().at("f.n0").succeeded == 2);
}

TEST_CASE("an invocation is measured from its first try, and one that never began is only counted")
{
    CountedWork counted;
    Invocation invocation;
    invocation.id = "1";
    invocation.function = "f.f";
    counted.counts.state(invocation, State::running);
    counted.clock.run_for(counted.io, std::chrono::seconds{2});
    counted.counts.state(invocation, State::sleeping);
    counted.counts.state(invocation, State::running);
    counted.clock.run_for(counted.io, std::chrono::seconds{1});
    counted.counts.state(invocation, State::succeeded);
    CHECK(counted.counts.functions().at("f.f").seconds.sum() == doctest::Approx(3));
    counted.counts.state(invocation, State::failed);
    CHECK(counted.counts.functions().at("f.f").failed == 1);
    CHECK(counted.counts.functions().at("f.f").seconds.sum() == doctest::Approx(3));
}

TEST_CASE("the log counts the lines that it writes")
{
    const CountedWork counted;
    counted.log.info("not written, it is below the least level");
    CHECK(counted.log.lines(LogLevel::info) == 0);
    counted.log.fail("a line of a test");
    CHECK(counted.log.lines(LogLevel::error) == 1);
}
