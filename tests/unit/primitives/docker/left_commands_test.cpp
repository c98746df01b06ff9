#include "primitives/docker/left_commands.hpp"

#include "docker_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;

namespace {

// What a command in a container prints on its stdout.
std::string printed(const std::string& text)
{
    const std::string head{"\1\0\0\0\0\0\0", 7};
    return head + static_cast<char>(text.size()) + text;
}

// Two containers run, and in one of them two commands; a look at its processes finds these marks.
class LeftWorld {
public:
    explicit LeftWorld(std::string marks) : marks_{std::move(marks)} {}

    Result<std::size_t> end()
    {
        docker_work::LeftBy whose{"HOME ", [](const std::string& owner) { return owner == "7 dead"; }};
        return world.run(docker_work::end_left_commands(world.client, world.clock, std::move(whose)));
    }

    /// The bodies of the requests for a command.
    std::vector<std::string> made() const
    {
        std::vector<std::string> bodies;
        for (const std::string& request : world.peer.requests())
            if (request.starts_with("POST /v1.41/containers/busy/exec "))
                bodies.push_back(request.substr(request.find("\r\n\r\n")));
        return bodies;
    }

    int list_status = 200;
    int exec_status = 201;
    DockerWorld world{[this](const std::string& request) { return answered(request); }};

private:
    Reply answered(const std::string& request) const
    {
        const auto asks = [&](const char* what) { return request.find(what) < request.find(" HTTP/"); };
        if (asks("/containers/json"))
            return answer(list_status, R"([{"Id":"idle"},{"Id":"busy"}])");
        if (asks("/containers/idle/json"))
            return answer(200, R"({"ExecIDs":null})");
        if (asks("/containers/busy/json"))
            return answer(200, R"({"ExecIDs":["over","runs"]})");
        if (asks("/exec/runs/json"))
            return answer(200, R"({"Running":true,"ProcessConfig":{"user":"7","privileged":false}})");
        if (asks("/containers/busy/exec"))
            return answer(exec_status, made().size() <= 1 ? R"({"Id":"look"})" : R"({"Id":"kill"})");
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
        if (asks("/exec/look/start"))
            return Reply{head + printed(marks_), Reply::Then::close};
        if (asks("/exec/kill/start"))
            return Reply{head, Reply::Then::close};
        return answer(200, R"({"Running":false,"ExitCode":0})");
    }

    std::string marks_;
};

} // namespace

TEST_CASE("of the commands in containers those of dead runs are ended, by their own user")
{
    LeftWorld world{"8 alive 1\n7 dead 3\n"};
    const auto ended = world.end();
    REQUIRE(ended);
    CHECK(*ended == 1);
    const auto made = world.made();
    REQUIRE(made.size() == 2);
    CHECK(made[0].find(R"("HOME "])") != std::string::npos);
    CHECK(made[1].find(R"("HOME 7 dead 3;"])") != std::string::npos);
    for (const std::string& body : made)
        CHECK(body.find(R"("User":"7")") != std::string::npos);
}

TEST_CASE("a container that stops meanwhile, and one in which nobody left a command, stand in no way")
{
    LeftWorld stopped{""};
    stopped.exec_status = 409;
    CHECK(stopped.end().value() == 0);
    LeftWorld others{"8 alive 1\n"};
    CHECK(others.end().value() == 0);
    CHECK(others.made().size() == 1);
}

TEST_CASE("an engine that refuses the list is told")
{
    LeftWorld world{""};
    world.list_status = 500;
    CHECK(world.end().has_error());
}
