#include "sources/monitor/sighting.hpp"

#include "sources/monitor/container_view.hpp"
#include "sources/monitor/verdict.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::monitoring;
using namespace std::chrono_literals;

namespace {

const std::string id(64, 'a');
const std::string other_id = std::string(12, 'b') + std::string(52, 'c');

Object listed(const std::string& name, const char* state, const char* words, const std::string& of = id)
{
    return {{"Id", of},        {"Names", Array{Value{"/" + name}}}, {"Image", "img"}, {"State", state},
            {"Status", words}, {"Labels", Object{{"team", "a"}}}};
}

docker::Event event(std::string action, std::string name = "web", const std::string& of = id)
{
    docker::Event event;
    event.type = "container";
    event.action = std::move(action);
    event.id = of;
    event.name = std::move(name);
    event.time = 7;
    event.attributes = Object{{"name", event.name}, {"image", "img"}, {"team", "a"}, {"exitCode", "3"}};
    return event;
}

Verdict judged(const Expectation& expect, const Object& container)
{
    const Sighting sighting = sighting_of(container);
    return judge(expect, &sighting, {});
}

} // namespace

TEST_CASE("the list tells of state, health and exit status in words")
{
    CHECK(sighting_of(listed("web", "running", "Up 3 minutes (unhealthy)")).health == "unhealthy");
    CHECK(sighting_of(listed("web", "running", "Up 1 second (health: starting)")).health == "starting");
    CHECK(sighting_of(listed("web", "paused", "Up 3 minutes (Paused)")).health.empty());
    const Sighting dead = sighting_of(listed("web", "exited", "Exited (137) 2 seconds ago"));
    CHECK(dead.exit_code == 137);
    CHECK_FALSE(dead.running());
    CHECK(dead.name == "web");
    CHECK(dead.labels == docker::Pairs{{"team", "a"}});
}

TEST_CASE("events bring what is known up to date")
{
    ContainerView view;
    view.begin_list(TimePoint{});
    view.end_list({sighting_of(listed("web", "running", "Up 1 second (healthy)"))});
    CHECK(view.take(event("die"), TimePoint{}) == std::vector<std::string>{"web", "aaaaaaaaaaaa"});
    CHECK(view.find("web")->status == "exited");
    CHECK(view.find("web")->exit_code == 3);
    CHECK(view.find(id)->time == 7);
    CHECK(view.find(id.substr(0, 20)) == view.find("web"));
    (void)view.take(event("start"), TimePoint{});
    CHECK(view.find("web")->health == "starting");
    CHECK_FALSE(view.find("web")->exit_code);
    CHECK(view.take(event("exec_start"), TimePoint{}).empty());
    CHECK(view.take(event("rename", "site"), TimePoint{}) == std::vector<std::string>{"site", "aaaaaaaaaaaa", "web"});
    CHECK(view.find("web") == nullptr);
    CHECK(view.find("site") != nullptr);
    (void)view.take(event("destroy", "site"), TimePoint{});
    CHECK(view.find("site") == nullptr);
    CHECK(view.find(id) == nullptr);
}

TEST_CASE("what events told while a list was made is newer than the list")
{
    ContainerView view;
    view.begin_list(TimePoint{});
    view.end_list({sighting_of(listed("web", "running", "Up")), sighting_of(listed("db", "running", "Up", other_id))});
    view.begin_list(TimePoint{});
    (void)view.take(event("die"), TimePoint{});
    (void)view.take(event("destroy", "db", other_id), TimePoint{});
    view.end_list({sighting_of(listed("web", "running", "Up")), sighting_of(listed("db", "running", "Up", other_id))});
    CHECK(view.find("web")->status == "exited");
    CHECK(view.find("db") == nullptr);
    view.begin_list(TimePoint{3s});
    view.end_list({});
    CHECK(view.find("web") == nullptr);
}

TEST_CASE("what an event told a moment ago is newer than a list, unless events were missed")
{
    const std::vector<Sighting> list{sighting_of(listed("web", "running", "Up"))};
    ContainerView view;
    view.begin_list(TimePoint{});
    view.end_list(list);
    (void)view.take(event("die"), TimePoint{1s});
    view.begin_list(TimePoint{2s});
    view.end_list(list);
    CHECK(view.find("web")->status == "exited");
    view.miss_events();
    view.begin_list(TimePoint{2s});
    view.end_list(list);
    CHECK(view.find("web")->status == "running");
    (void)view.take(event("die"), TimePoint{3s});
    view.begin_list(TimePoint{6s});
    view.end_list(list);
    CHECK(view.find("web")->status == "running");
}

TEST_CASE("what events tell of a container that no list has had yet hides nothing that the list knows")
{
    docker::Event well = event("health_status");
    well.about = "healthy";
    ContainerView view;
    view.begin_list(TimePoint{});
    for (const docker::Event& one : {event("exec_create"), event("exec_start"), well, event("exec_die")})
        CHECK(view.take(one, TimePoint{}).empty());
    CHECK(view.find("web") == nullptr);
    view.end_list({sighting_of(listed("web", "running", "Up 1 second (health: starting)"))});
    REQUIRE(view.find("web") != nullptr);
    CHECK(view.find("web")->status == "running");
    CHECK(view.find("web")->health == "healthy");
}

TEST_CASE("one that was made, died and begun again while a list was made is as the last event says")
{
    ContainerView view;
    view.begin_list(TimePoint{});
    for (const char* action : {"create", "start", "die", "start"})
        CHECK_FALSE(view.take(event(action), TimePoint{}).empty());
    (void)view.take(event("create", "db", other_id), TimePoint{});
    (void)view.take(event("destroy", "db", other_id), TimePoint{});
    view.end_list({sighting_of(listed("web", "exited", "Exited (3) now"))});
    CHECK(view.find("web")->status == "running");
    CHECK(view.find("db") == nullptr);
}

TEST_CASE("labels and prefixes choose containers")
{
    const Sighting web = sighting_of(listed("web-1", "running", "Up"));
    CHECK(fits({"", "web-", {}}, web));
    CHECK_FALSE(fits({"", "db-", {}}, web));
    CHECK(fits({"", "", {{"team", ""}}}, web));
    CHECK(fits({"", "web", {{"team", "a"}}}, web));
    CHECK_FALSE(fits({"", "web", {{"team", "b"}}}, web));
}

TEST_CASE("a verdict says what is not as expected")
{
    Expectation expect;
    CHECK(judge(expect, nullptr, {}).reason == "there is no such container");
    CHECK(judged(expect, listed("web", "running", "Up")).ok);
    CHECK(judged(expect, listed("web", "exited", "Exited (3) now")).reason == "it is exited with status 3");
    CHECK(judged(expect, listed("web", "paused", "Up (Paused)")).reason == "it is paused");
    expect.health = "healthy";
    CHECK(judged(expect, listed("web", "running", "Up (health: starting)")).ok);
    CHECK(judged(expect, listed("web", "running", "Up (unhealthy)")).reason == "it is unhealthy");
    CHECK(judged(expect, listed("web", "running", "Up")).reason == "it has no health check");
    expect = {};
    expect.status = "any";
    CHECK(judged(expect, listed("web", "exited", "Exited (3) now")).ok);
    expect.memory = 1000;
    expect.cpu = 0.5;
    expect.restarts = 1;
    const Sighting web = sighting_of(listed("web", "running", "Up"));
    CHECK(judge(expect, &web, {}).ok);
    CHECK(judge(expect, &web, {1, 1000, 0.5}).ok);
    CHECK(judge(expect, &web, {2, {}, {}}).reason == "it was restarted 2 times, and 1 are expected at most");
    CHECK_FALSE(judge(expect, &web, {{}, 1001, {}}).ok);
    CHECK(judge(expect, &web, {{}, {}, 1.25}).reason == "it keeps 1.25 cores busy, and 0.50 are expected at most");
}
