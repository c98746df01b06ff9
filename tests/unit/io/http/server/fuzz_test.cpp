#include "server_world.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

using Dice = std::mt19937_64;

asio::awaitable<http::Reply> fine(http::ServedRequest request)
{
    co_return http::text_reply(200, request.path + request.body);
}

std::size_t below(Dice& dice, std::size_t limit)
{
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(dice);
}

constexpr std::array<std::string_view, 26> words{"GET ",
                                                 "POST ",
                                                 "HEAD ",
                                                 "/a",
                                                 "/%41?b=c&d",
                                                 " HTTP/1.1\r\n",
                                                 " HTTP/1.0\r\n",
                                                 "Host: a\r\n",
                                                 "\r\n",
                                                 "\r\n\r\n",
                                                 "Content-Length: 3\r\n",
                                                 "Content-Length: 70000\r\n",
                                                 "Transfer-Encoding: chunked\r\n",
                                                 "Connection: close\r\n",
                                                 "Connection: keep-alive\r\n",
                                                 "Expect: 100-continue\r\n",
                                                 "0\r\n\r\n",
                                                 "3\r\nabc\r\n",
                                                 "abc",
                                                 "ffffffff\r\n",
                                                 "\r",
                                                 "\n",
                                                 "%zz",
                                                 ": ",
                                                 " folded\r\n",
                                                 "\xff\xfe"};

std::string sentence(Dice& dice)
{
    std::string text = below(dice, 2) == 0 ? "POST /a HTTP/1.1\r\nHost: a\r\n" : "";
    for (std::size_t i = below(dice, 12); i > 0; --i)
        text += words.at(below(dice, words.size()));
    return text;
}

std::string noise(Dice& dice)
{
    std::string text(below(dice, 200), '\0');
    for (char& byte : text)
        byte = static_cast<char>(below(dice, 256));
    return text;
}

std::string damaged(Dice& dice)
{
    std::string text = "POST /a?b=c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                       "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t i = below(dice, 4); i > 0; --i)
        text.at(below(dice, text.size())) = static_cast<char>(below(dice, 256));
    return text.substr(0, below(dice, text.size() + 1));
}

std::string anything(Dice& dice)
{
    switch (below(dice, 3)) {
    case 0: return sentence(dice);
    case 1: return noise(dice);
    default: return damaged(dice);
    }
}

void send_in_pieces(asio::io_context& io, RawClient& client, std::string_view bytes, Dice& dice)
{
    while (!bytes.empty()) {
        const std::size_t size = 1 + below(dice, bytes.size());
        client.send(bytes.substr(0, size));
        io.restart();
        io.poll();
        bytes.remove_prefix(size);
    }
}

} // namespace

TEST_CASE("whatever is sent is answered with HTTP or with the end, and the server goes on")
{
    constexpr std::uint64_t seed = 20'240'607;
    Dice dice{seed};
    http::Server::Config config;
    config.head_time = config.body_time = config.idle_time = std::chrono::milliseconds{20};
    config.farewell_time = config.leaving_time = std::chrono::milliseconds{1};
    ServerWorld world{fine, config};
    for (int i = 0; i < 4000; ++i) {
        auto client = below(dice, 2) == 0 ? world.local() : world.tcp();
        const std::string bytes = anything(dice);
        send_in_pieces(world.strand.io, client, bytes, dice);
        if (below(dice, 4) == 0)
            continue; // leaves without a word
        client.close_sending_side();
        const std::string& reply = client.wait_for_end();
        REQUIRE_MESSAGE((reply.empty() || reply.starts_with("HTTP/1.1 ")), "case ", i, " of seed ", seed);
    }
    world.turn_until([&] { return world.server.connections() == 0; });
    CHECK(world.get("/still there").value().body == "/still there");
}
