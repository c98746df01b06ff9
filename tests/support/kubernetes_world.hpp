// A client of an API server that says what a test wants it to say.
#pragma once

#include "clients/kubernetes/client.hpp"
#include "http_peer.hpp"
#include "io/entropy.hpp"
#include "recording_runner.hpp"
#include "strand.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <utility>

namespace forager::test {

class KubernetesWorld {
public:
    explicit KubernetesWorld(HttpPeer::Handler handler, kubernetes::Identity identity = {})
        : peer{strand.io, std::move(handler)},
          client{strand.pool, strand.clock, runner, config(peer.port(), std::move(identity))}
    {
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return strand.run(std::move(work)); }

    /// The first line of a request, the last one's by default.
    std::string line(std::size_t from_last = 0) const
    {
        const auto& requests = peer.requests();
        const std::string& request = requests.at(requests.size() - 1 - from_last);
        return request.substr(0, request.find('\r'));
    }

    Strand strand;
    RecordingRunner runner;
    SystemRandom chance{1};
    HttpPeer peer;
    kubernetes::Client client;

private:
    static kubernetes::Client::Config config(std::uint16_t port, kubernetes::Identity identity)
    {
        kubernetes::Client::Config config;
        config.access.server = "http://127.0.0.1:" + std::to_string(port);
        config.access.space = "default";
        config.access.identity = std::move(identity);
        config.timeout = std::chrono::seconds{5};
        return config;
    }
};

/// A Status object, as the API refuses.
inline std::string status_text(int code, const std::string& reason, const std::string& message)
{
    return R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" + message + R"(","reason":")" +
           reason + R"(","code":)" + std::to_string(code) + "}";
}

} // namespace forager::test
