// A small Redis server that answers as a test says. It runs on the test's own loop.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

using Words = std::vector<std::string>;

inline std::string bulk(const std::string& text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

inline std::string listing(const std::vector<std::string>& replies)
{
    std::string text = "*" + std::to_string(replies.size()) + "\r\n";
    for (const std::string& reply : replies)
        text += reply;
    return text;
}

/// As subscribers get it.
inline std::string pmessage(const std::string& pattern, const std::string& channel, const std::string& payload)
{
    return listing({bulk("pmessage"), bulk(pattern), bulk(channel), bulk(payload)});
}

/// What a server says that lets everybody in: nothing for what it does not know.
inline std::optional<std::string> usual_reply(const Words& words)
{
    const std::string& command = words.front();
    if (command == "AUTH" || command == "CLIENT" || command == "SELECT")
        return "+OK\r\n";
    if (command == "PING")
        return "+PONG\r\n";
    if (command == "PSUBSCRIBE" || command == "PUNSUBSCRIBE")
        return listing({bulk(command == "PSUBSCRIBE" ? "psubscribe" : "punsubscribe"), bulk(words[1]), ":1\r\n"});
    return std::nullopt;
}

class RedisPeer {
public:
    /// Given the words of a command; an empty answer is none.
    using Handler = std::function<std::string(const Words& words)>;

    RedisPeer(boost::asio::io_context& context, Handler handler)
        : state_{std::make_shared<State>(context, std::move(handler))}
    {
        boost::asio::co_spawn(context, accept(state_), boost::asio::detached);
    }

    ~RedisPeer()
    {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
        drop();
    }

    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    int connections() const { return state_->connections; }
    const std::vector<Words>& heard() const { return state_->heard; }

    /// How often this command came.
    std::size_t count(const std::string& command) const
    {
        std::size_t times = 0;
        for (const Words& words : state_->heard)
            times += words.front() == command ? 1 : 0;
        return times;
    }

    /// To everybody who is connected.
    void say(const std::string& bytes)
    {
        for (tcp::socket& socket : state_->sockets)
            boost::asio::write(socket, boost::asio::buffer(bytes));
    }

    /// Ends all connections.
    void drop()
    {
        boost::system::error_code ignored;
        for (tcp::socket& socket : state_->sockets)
            socket.shutdown(tcp::socket::shutdown_both, ignored);
    }

private:
    using tcp = boost::asio::ip::tcp;

    struct State {
        State(boost::asio::io_context& context, Handler reply)
            : handler{std::move(reply)}, acceptor{context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}}
        {
        }

        Handler handler;
        tcp::acceptor acceptor;
        std::list<tcp::socket> sockets;
        std::vector<Words> heard;
        int connections = 0;
    };

    static boost::asio::awaitable<void> accept(std::shared_ptr<State> state)
    {
        for (;;) {
            auto accepted = co_await state->acceptor.async_accept(boost::asio::as_tuple(boost::asio::use_awaitable));
            auto& [error, socket] = accepted;
            if (error)
                co_return;
            ++state->connections;
            const auto place = state->sockets.insert(state->sockets.end(), std::move(socket));
            boost::asio::co_spawn(state->acceptor.get_executor(), serve(state, place), boost::asio::detached);
        }
    }

    static boost::asio::awaitable<void> serve(std::shared_ptr<State> state, std::list<tcp::socket>::iterator socket)
    {
        std::string bytes;
        for (;;) {
            char space[4096];
            const auto read = co_await socket->async_read_some(boost::asio::buffer(space),
                                                               boost::asio::as_tuple(boost::asio::use_awaitable));
            const auto& [error, count] = read;
            if (error)
                break;
            bytes.append(space, count);
            std::string answer;
            while (const auto words = take(bytes)) {
                state->heard.push_back(*words);
                answer += state->handler(*words);
            }
            const auto written = co_await boost::asio::async_write(*socket, boost::asio::buffer(answer),
                                                                   boost::asio::as_tuple(boost::asio::use_awaitable));
            if (std::get<0>(written))
                break;
        }
        state->sockets.erase(socket);
    }

    // The next whole command.
    static std::optional<Words> take(std::string& bytes)
    {
        std::size_t at = 0;
        const auto number = [&](char kind) -> std::optional<std::size_t> {
            const std::size_t end = bytes.find("\r\n", at);
            if (end == std::string::npos || bytes[at] != kind)
                return std::nullopt;
            const auto value = static_cast<std::size_t>(std::strtoul(bytes.c_str() + at + 1, nullptr, 10));
            at = end + 2;
            return value;
        };
        const auto count = number('*');
        Words words;
        for (std::size_t i = 0; count && i < *count; ++i) {
            const auto size = number('$');
            if (!size || bytes.size() < at + *size + 2)
                return std::nullopt;
            words.push_back(bytes.substr(at, *size));
            at += *size + 2;
        }
        if (!count)
            return std::nullopt;
        bytes.erase(0, at);
        return words;
    }

    std::shared_ptr<State> state_;
};

} // namespace forager::test
