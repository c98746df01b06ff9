#include "io/http/server/reply_text.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace forager;
using namespace forager::http;

TEST_CASE("a date is written as HTTP has it")
{
    CHECK(http_date(WallTime{std::chrono::seconds{784'111'777}}) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(WallTime{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a chunk begins with its length in hexadecimal")
{
    CHECK(chunk_text(std::string(26, 'x')) == "1a\r\n" + std::string(26, 'x') + "\r\n");
}

TEST_CASE("what the server says itself is not taken from the handler")
{
    Reply reply = text_reply(200, "four");
    reply.headers.add("content-length", "5");
    reply.headers.add("Connection", "upgrade");
    CHECK(head_text(reply, Framing::length, true, WallTime{}) ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 4\r\n"
          "Connection: keep-alive\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n");
}

TEST_CASE("a reply without a body announces none")
{
    Reply reply;
    reply.status = 204;
    CHECK(framing_of(reply, false) == Framing::no_body);
    CHECK(head_text(reply, Framing::no_body, false, WallTime{}) ==
          "HTTP/1.1 204 No Content\r\nConnection: close\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n");
}
