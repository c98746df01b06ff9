#include "clients/kubernetes/watch.hpp"

#include "clients/kubernetes/refusal.hpp"
#include "kubernetes_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::kubernetes;
using namespace forager::test;

namespace {

const Place pods{usual_resources().front(), "default"};

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string pod(const std::string& name, int version)
{
    return R"({"kind":"Pod","metadata":{"namespace":"default","name":")" + name + R"(","uid":")" + name +
           R"(","resourceVersion":")" + std::to_string(version) + R"("}})";
}

std::string event(const std::string& type, const std::string& object)
{
    return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

std::string listing(int version, const std::string& items)
{
    return R"({"metadata":{"resourceVersion":")" + std::to_string(version) + R"("},"items":[)" + items + "]}";
}

Reply events(const std::string& bytes, Reply::Then then = Reply::Then::close)
{
    return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + bytes, then};
}

// A server that lists and watches by turns, as it is told.
struct Story {
    std::vector<std::string> lists;
    std::vector<Reply> watches;
    std::vector<std::string> asked; // the versions that watches began at

    Reply operator()(const std::string& request)
    {
        if (!holds(request, "watch=true")) {
            const std::string list = lists.front();
            lists.erase(lists.begin());
            return answer(200, list);
        }
        const auto at = request.find("resourceVersion=") + 16;
        asked.push_back(request.substr(at, request.find('&', at) - at));
        const Reply reply = watches.front();
        watches.erase(watches.begin());
        return reply;
    }
};

struct Watched {
    explicit Watched(Story told, Watcher::Config config = {})
        : story{std::move(told)},
          world{[this](const std::string& request) { return story(request); }},
          watcher{world.client, world.chance, pods, Selector{}, config}
    {
    }

    // "added a@1"
    std::string next()
    {
        auto change = world.run(watcher.next());
        return change.has_error() ? change.error().message
                                  : std::string{word(change->type)} + " " + name_of(*change->object) + "@" +
                                        version_of(*change->object);
    }

    Story story;
    KubernetesWorld world;
    Watcher watcher;
};

} // namespace

TEST_CASE("what is new is told from what was there, also where nothing was")
{
    Watched watched{{{listing(5, "")}, {events(event("ADDED", pod("a", 6)), Reply::Then::hang)}, {}}};
    CHECK(watched.next() == "added a@6");
    CHECK_FALSE(watched.watcher.was_there());
}

TEST_CASE("a watch begins with what is there, and goes on where a request ended")
{
    Watched watched{{{listing(5, pod("a", 3))},
                     {events(event("ADDED", pod("b", 6)) + event("BOOKMARK", pod("", 9))),
                      events(event("MODIFIED", pod("a", 10)), Reply::Then::hang)},
                     {}}};
    CHECK(watched.next() == "added a@3");
    CHECK(watched.watcher.is_complete());
    CHECK(watched.watcher.was_there());
    CHECK(watched.next() == "added b@6");
    CHECK_FALSE(watched.watcher.was_there());
    CHECK(watched.next() == "modified a@10");
    CHECK(watched.story.asked == std::vector<std::string>{"5", "9"});
    CHECK(watched.watcher.known().objects().size() == 2);
}

TEST_CASE("a place that the server has forgotten is listed again, and what disappeared meanwhile is told")
{
    Watched watched{{{listing(5, pod("a", 3) + "," + pod("b", 4)), listing(50, pod("b", 40) + "," + pod("c", 41))},
                     {events(event("ERROR", status_text(410, "Expired", "too old resource version"))),
                      events(event("DELETED", pod("c", 51)), Reply::Then::hang)},
                     {}}};
    CHECK(watched.next() == "added a@3");
    CHECK(watched.next() == "added b@4");
    CHECK(watched.next() == "modified b@40");
    CHECK(watched.next() == "added c@41");
    CHECK(watched.next() == "deleted a@3");
    CHECK(watched.next() == "deleted c@51");
    CHECK(watched.story.asked == std::vector<std::string>{"5", "50"});
}

TEST_CASE("a watch that is cut in the middle of an event tells that event once, after the cut")
{
    const std::string whole = event("ADDED", pod("b", 6));
    Watched watched{{{listing(5, "")},
                     {events(event("ADDED", pod("a", 6)) + whole.substr(0, 20), Reply::Then::vanish),
                      events(event("ADDED", pod("b", 7)), Reply::Then::hang)},
                     {}}};
    CHECK(watched.next() == "added a@6");
    CHECK(watched.next() == "added b@7");
    CHECK(watched.story.asked == std::vector<std::string>{"5", "6"});
}

TEST_CASE("a stream that is silent for too long is given up")
{
    Watcher::Config config;
    config.longest_silence = std::chrono::milliseconds{50};
    Watched watched{
        {{listing(5, "")}, {events("", Reply::Then::hang), events(event("ADDED", pod("a", 8)), Reply::Then::hang)}, {}},
        config};
    CHECK(watched.next() == "added a@8");
    CHECK(watched.story.asked == std::vector<std::string>{"5", "5"});
}

TEST_CASE("who may not watch is told so, and does not ask for ever")
{
    KubernetesWorld world{
        [](const std::string&) { return answer(403, status_text(403, "Forbidden", "pods is forbidden")); }};
    Watcher watcher{world.client, world.chance, pods, Selector{}};
    const auto change = world.run(watcher.next());
    REQUIRE(change.has_error());
    CHECK(status_of(change.error()) == 403);
    CHECK(world.peer.requests().size() == 1);
}

TEST_CASE("a watch that was cancelled goes on when it is asked again")
{
    Watched watched{{{listing(5, "")},
                     {events(event("ADDED", pod("a", 6)), Reply::Then::hang),
                      events(event("ADDED", pod("b", 8)), Reply::Then::hang)},
                     {}}};
    CHECK(watched.next() == "added a@6");
    Started<Result<Change>> started;
    auto& strand = watched.world.strand;
    strand.start(started, watched.watcher.next());
    strand.io.restart();
    while (strand.io.poll() > 0) { // until it waits for the server
    }
    started.cancel();
    strand.turn_until([&] { return started.ended(); });
    CHECK(started.thrown);
    CHECK(watched.next() == "added b@8");
    CHECK(watched.story.asked == std::vector<std::string>{"5", "6"});
}
