// An HTTP server on a port and on a local socket, with clients on the same loop.
#pragma once

#include "io/http/client.hpp"
#include "io/http/server/server.hpp"
#include "raw_client.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace forager::test {

class ServerWorld {
public:
    explicit ServerWorld(http::Server::Handle handle, http::Server::Config config = {})
        : server{strand.executor(), strand.clock, std::move(handle), config}
    {
        server.listen_local(path(), 0600).value();
        port = server.listen_tcp("127.0.0.1", 0).value();
        strand.start(running, run(server));
    }
    ServerWorld(const ServerWorld&) = delete;
    ServerWorld& operator=(const ServerWorld&) = delete;

    ~ServerWorld()
    {
        turn_until([this] {
            if (!running.ended())
                running.cancel(); // again and again: without grace
            return running.ended();
        });
    }

    std::string path() const { return folder.at("agent.sock"); }
    std::string url(const std::string& target) const { return "unix:" + path() + ":" + target; }
    RawClient local() { return {strand.io, path()}; }
    RawClient tcp() { return {strand.io, port}; }

    Result<http::Response> send(http::Request request) { return strand.run(client.send(std::move(request))); }

    Result<http::Response> get(const std::string& target)
    {
        http::Request request;
        request.url = url(target);
        return send(std::move(request));
    }

    template <class Condition> void turn_until(Condition done)
    {
        while (!done()) {
            strand.io.restart();
            strand.io.run_one_for(std::chrono::milliseconds{2});
        }
    }

    Strand strand;
    TempFolder folder;
    http::Server server;
    http::Client client{strand.pool, strand.clock};
    std::uint16_t port = 0;
    Started<bool> running;

private:
    static boost::asio::awaitable<bool> run(http::Server& server)
    {
        co_await server.run();
        co_return true;
    }
};

} // namespace forager::test
