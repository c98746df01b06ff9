#include "primitives/docker/exec.hpp"

#include "docker_world.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

// A container in which a command never ends, and one that kills it ends with this status.
class ExecWorld {
public:
    explicit ExecWorld(int status) : status_{status} {}

    Result<Completed> run_too_long()
    {
        docker_work::ContainerCommand wanted;
        wanted.spec.command = {"sleep", "100"};
        wanted.spec.user = "7";
        wanted.timeout = 100ms;
        return test::run(context, docker_work::exec(engine, "web", std::move(wanted)));
    }

    /// The bodies of the requests for a command.
    std::vector<std::string> made() const
    {
        std::vector<std::string> bodies;
        for (const std::string& request : peer.requests())
            if (request.starts_with("POST /v1.41/containers/web/exec "))
                bodies.push_back(request.substr(request.find("\r\n\r\n")));
        return bodies;
    }

    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    HttpPeer peer{context, [this](const std::string& request) { return answered(request); }};
    DockerEngine engine{pool, clock, config()};

private:
    Reply answered(const std::string& request)
    {
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
        if (request.starts_with("GET /_ping "))
            return answer(200, "OK", "Api-Version: 1.41\r\n");
        if (request.starts_with("GET /v1.41/containers/json"))
            return answer(200, "[]");
        if (request.starts_with("POST /v1.41/containers/web/exec "))
            return answer(201, made().size() <= 1 ? R"({"Id":"work"})" : R"({"Id":"kill"})");
        if (request.starts_with("POST /v1.41/exec/work/start "))
            return Reply{head, Reply::Then::hang};
        if (request.starts_with("POST /v1.41/exec/kill/start "))
            return Reply{head, Reply::Then::close};
        return answer(200, R"({"Running":false,"Pid":1,"ExitCode":)" + std::to_string(status_) + "}");
    }

    DockerEngine::Config config() const
    {
        DockerEngine::Config config;
        config.client.host = "tcp://127.0.0.1:" + std::to_string(peer.port());
        return config;
    }

    int status_;
};

} // namespace

TEST_CASE("a command whose time is over is killed by its mark, as its own user")
{
    ExecWorld world{0};
    const auto done = world.run_too_long();
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Errc::timed_out);
    CHECK(done.error().message == "`sleep 100` in container web timed out after 100 ms");
    const auto made = world.made();
    REQUIRE(made.size() == 2);
    const std::size_t place = made[0].find("FORAGER_EXEC=");
    REQUIRE(place != std::string::npos);
    const std::string mark = made[0].substr(place + 13, made[0].find(';', place) - place - 13);
    CHECK(made[1].find(mark) != std::string::npos);
    CHECK(made[1].find("FORAGER_EXEC") == std::string::npos);
    CHECK(made[1].find(R"("User":"7")") != std::string::npos);
}

TEST_CASE("of one that cannot be killed it is said that it may go on")
{
    ExecWorld world{126};
    CHECK(world.run_too_long().error().message.find("may go on in the container") != std::string::npos);
}
