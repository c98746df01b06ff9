#include "clients/kubernetes/logs.hpp"

#include "clients/kubernetes/refusal.hpp"
#include "kubernetes_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace forager;
using namespace forager::kubernetes;
using namespace forager::test;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string at(const std::string& second, const std::string& text)
{
    return "2026-01-01T00:00:0" + second + "Z " + text + "\n";
}

Reply log_until_cut(const std::string& bytes)
{
    return {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n" + bytes,
            Reply::Then::vanish};
}

const char* const running_pod = R"({"kind":"Pod","spec":{"containers":[{"name":"c"}]},"status":{"phase":"Running",
    "containerStatuses":[{"name":"c","state":{"running":{}}}]}})";
const char* const ended_pod = R"({"kind":"Pod","spec":{"containers":[{"name":"c"}]},"status":{"phase":"Succeeded",
    "containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0}}}]}})";

// Without the break behind it.
std::optional<std::string> text_of(const std::optional<LogLine>& line)
{
    return line ? std::optional{line->text} : std::nullopt;
}

} // namespace

TEST_CASE("lines that came before a cut are not told again, also those of one time")
{
    LogLines lines;
    lines.feed(at("1", "a") + at("2", "b") + at("2", "c") + "2026-01-01T00:00:02Z ");
    CHECK(text_of(lines.next()) == "a");
    CHECK(text_of(lines.next()) == "b");
    CHECK(text_of(lines.next()) == "c");
    CHECK_FALSE(lines.next());
    CHECK(lines.since() == "2026-01-01T00:00:02Z");
    lines.begin_again();
    lines.feed(at("1", "a") + at("2", "b") + at("2", "c") + at("2", "d") + at("2.5", "e") + at("2.5", "e"));
    CHECK(text_of(lines.next()) == "d");
    CHECK(text_of(lines.next()) == "e");
    CHECK(text_of(lines.next()) == "e");
    CHECK_FALSE(lines.next());
}

TEST_CASE("a line without an end is told at the end of the stream, and one without limit in pieces")
{
    LogLines lines;
    lines.feed(at("1", "") + "2026-01-01T00:00:01Z last words");
    CHECK(lines.next() == LogLine{"", true});
    CHECK_FALSE(lines.next());
    CHECK(lines.last() == LogLine{"last words", false});
    CHECK_FALSE(lines.last());
    LogLines endless;
    const std::string time = "2026-01-01T00:00:02Z ";
    endless.feed(time + std::string(70'000, 'x'));
    const std::size_t piece = endless.next().value().text.size();
    CHECK(piece == 64 * 1024 - time.size());
    endless.feed("y\n" + at("3", "z"));
    CHECK(endless.next() == LogLine{std::string(70'000 - piece, 'x') + "y", true});
    CHECK(endless.next() == LogLine{"z", true});
}

TEST_CASE("of a line that was cut while it was told, the rest is told afterwards")
{
    LogLines lines;
    const std::string line = at("2", std::string(70'000, 'x') + "end");
    lines.feed(at("1", "a") + line.substr(0, 70'000));
    CHECK(text_of(lines.next()) == "a");
    const std::size_t told = lines.next().value().text.size();
    lines.begin_again();
    lines.feed(line + at("2", "b"));
    std::string rest;
    for (bool ends = false; !ends;) {
        const LogLine more = lines.next().value();
        rest += more.text;
        ends = more.ends;
    }
    CHECK(rest == std::string(70'000 - told, 'x') + "end");
    CHECK(text_of(lines.next()) == "b");
    SUBCASE("also when nothing but its break is left")
    {
        lines.feed("2026-01-01T00:00:03Z c");
        CHECK_FALSE(lines.next());
        CHECK(lines.last() == LogLine{"c", false});
        lines.begin_again();
        lines.feed(at("3", "c"));
        CHECK(lines.next() == LogLine{"", true});
    }
    SUBCASE("and nothing at all when it did not go on")
    {
        lines.feed("2026-01-01T00:00:03Z c");
        CHECK(lines.last() == LogLine{"c", false});
        lines.begin_again();
        lines.feed("2026-01-01T00:00:03Z c");
        CHECK_FALSE(lines.last());
    }
}

TEST_CASE("what a node says of itself is not the container's")
{
    LogLines lines;
    lines.feed(at("1", "a") + "unable to retrieve container logs for containerd://29\n" + at("2", "b"));
    CHECK(text_of(lines.next()) == "a");
    CHECK(text_of(lines.next()) == "b");
}

TEST_CASE("a followed log goes on over a cut, and is read to its end after the container's")
{
    int logs = 0;
    int pods = 0;
    KubernetesWorld world{[&](const std::string& request) {
        if (holds(request, "/log?"))
            return logs++ == 0 ? log_until_cut("2026-01-01T00:00:01Z one\n2026-01-01T00:00:02Z two\n")
                               : answer(200, "2026-01-01T00:00:02Z two\n2026-01-01T00:00:03Z three\n");
        return answer(200, pods++ == 0 ? running_pod : ended_pod);
    }};
    FollowedLog log{world.client, "default", "p", {}};
    std::vector<std::string> heard;
    for (;;) {
        auto line = world.run(log.next());
        REQUIRE(line.has_value());
        if (!*line)
            break;
        heard.push_back((*line)->text);
    }
    CHECK(heard == std::vector<std::string>{"one", "two", "three"});
    CHECK(holds(world.line(), "sinceTime=2026-01-01T00%3A00%3A0"));
    CHECK_FALSE(holds(world.line(), "follow"));
}

TEST_CASE("a pod that is gone ends its log with a failure")
{
    KubernetesWorld world{
        [](const std::string&) { return answer(404, status_text(404, "NotFound", "pods 'p' not found")); }};
    FollowedLog log{world.client, "default", "p", {}};
    CHECK(world.run(log.next()).error().code == Errc::not_found);
}

TEST_CASE("who may not read a log, or names no container of the pod, is told so")
{
    for (const int status : {400, 403}) {
        KubernetesWorld world{[=](const std::string& request) {
            return holds(request, "/log?") ? answer(status, status_text(status, "No", "container x is not valid"))
                                           : answer(200, running_pod);
        }};
        FollowedLog log{world.client, "default", "p", {}};
        CHECK(status_of(world.run(log.next()).error()) == status);
    }
}
