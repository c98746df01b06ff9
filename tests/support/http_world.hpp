// A client, and a peer to talk to, on one loop.
#pragma once

#include "http_peer.hpp"
#include "io/http/client.hpp"
#include "io/pool.hpp"
#include "io/system_clock.hpp"
#include "run.hpp"
#include "temp_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace forager::test {

class World {
public:
    explicit World(HttpPeer::Handler handler, HttpPeer::Options options = {}, http::Client::Config config = {})
        : peer{context, std::move(handler), options},
          client{pool, clock, std::move(config)},
          secure_{options.identity.has_value()}
    {
    }

    std::string url(const std::string& target) const
    {
        return (secure_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(peer.port()) + target;
    }

    http::Request request(const std::string& target = "/") const
    {
        http::Request request;
        request.url = url(target);
        return request;
    }

    Result<http::Response> send(http::Request request) { return run(context, client.send(std::move(request))); }
    Result<http::Response> get(const std::string& target) { return send(request(target)); }

    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{1};
    TempFolder folder;
    HttpPeer peer;
    http::Client client;

private:
    bool secure_;
};

/// Runs `work` until `reached()`, cancels it, and tells whether it ended with `operation_aborted`.
template <class T, class Reached>
bool is_cancelled_after(boost::asio::io_context& context, boost::asio::awaitable<T> work, Reached reached)
{
    namespace asio = boost::asio;
    asio::cancellation_signal signal;
    std::exception_ptr thrown;
    bool ended = false;
    auto handler = [&](std::exception_ptr error, T) {
        thrown = error;
        ended = true;
    };
    asio::co_spawn(context, std::move(work), asio::bind_cancellation_slot(signal.slot(), handler));
    context.restart();
    while (!reached() && !ended)
        context.run_one_for(std::chrono::milliseconds{5});
    signal.emit(asio::cancellation_type::terminal);
    while (!ended)
        context.run_one();
    try {
        if (thrown)
            std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    }
    return false;
}

} // namespace forager::test
