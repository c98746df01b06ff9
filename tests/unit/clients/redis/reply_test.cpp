#include "clients/redis/reply.hpp"
#include "redis_peer.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::redis;

namespace {

// All replies, fed in pieces of this size.
std::vector<Reply> replies_in(const std::string& bytes, std::size_t piece)
{
    ReplyParser parser{1024};
    std::vector<Reply> replies;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        parser.feed(std::string_view{bytes}.substr(at, piece));
        while (auto reply = parser.next().value())
            replies.push_back(std::move(*reply));
    }
    return replies;
}

} // namespace

TEST_CASE("replies of every kind come out, however their bytes are cut")
{
    const std::string bytes =
        "+OK\r\n:-7\r\n$-1\r\n$4\r\na\r\nb\r\n*-1\r\n*0\r\n-ERR no\r\n*2\r\n*1\r\n:1\r\n-ERR in\r\n";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, bytes.size()}) {
        const auto replies = replies_in(bytes, piece);
        REQUIRE(replies.size() == 8);
        CHECK(replies[0].value == Value{"OK"});
        CHECK(replies[1].value == Value{-7});
        CHECK(replies[2].value.is_null());
        CHECK(replies[3].value == Value{"a\r\nb"});
        CHECK(replies[4].value.is_null());
        CHECK(replies[5].value == Value{Array{}});
        CHECK(replies[6].error == "ERR no");
        CHECK_FALSE(replies[7].error);
        const auto* parts = replies[7].value.get<Array>();
        REQUIRE(parts != nullptr);
        REQUIRE(parts->size() == 2);
        CHECK(parts->front() == Value{Array{Value{1}}});
        CHECK(parts->back() == Value{Object{{"error", "ERR in"}}});
    }
}

TEST_CASE("bytes survive")
{
    const std::string payload{"\0\xff\r\n", 4};
    const auto replies = replies_in(test::pmessage("a*", "ab", payload), 5);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].value.get<Array>()->back() == Value{payload});
}

TEST_CASE("who does not speak as a Redis server does is refused")
{
    for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n", "*-7\r\n", "*1000000000\r\n"}) {
        ReplyParser parser{1024};
        parser.feed(bytes);
        const auto reply = parser.next();
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == Errc::refused);
    }
}

TEST_CASE("a reply that is larger than the limit is refused before it is whole")
{
    ReplyParser parser{1024};
    parser.feed("$5000\r\n" + std::string(1500, 'x'));
    const auto reply = parser.next();
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::limit);
}

TEST_CASE("a command keeps its words apart")
{
    CHECK(command_text({"SET", "a b", std::string_view{"\0\r\n", 3}}) ==
          std::string{"*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$3\r\n\0\r\n\r\n", 31});
}
