// A client of a Docker engine, and an engine that says what a test wants.
#pragma once

#include "clients/docker/client.hpp"
#include "http_peer.hpp"
#include "io/system_clock.hpp"
#include "run.hpp"

#include <functional>
#include <string>
#include <utility>

namespace forager::test {

class DockerWorld {
public:
    /// `answer` hears all but the question for the version.
    explicit DockerWorld(HttpPeer::Handler answer, std::string version = "1.41")
        : version{std::move(version)},
          peer{context,
               [this, answer = std::move(answer)](const std::string& request) {
                   if (request.starts_with("GET /_ping "))
                       return forager::test::answer(200, "OK", "Api-Version: " + this->version + "\r\n");
                   return answer(request);
               }},
          client{pool, clock, config()}
    {
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    /// The last request's first line, and its body.
    std::string line() const { return last().substr(0, last().find("\r\n")); }
    std::string body() const { return last().substr(last().find("\r\n\r\n") + 4); }

    std::string version; ///< that the engine speaks
    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    HttpPeer peer;
    docker::Client client;

private:
    const std::string& last() const { return peer.requests().back(); }

    docker::Client::Config config() const
    {
        docker::Client::Config config;
        config.host = "tcp://127.0.0.1:" + std::to_string(peer.port());
        return config;
    }
};

} // namespace forager::test
