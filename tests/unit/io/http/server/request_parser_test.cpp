#include "io/http/server/request_parser.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::http;

namespace {

constexpr std::size_t limit = 1000;

ServedRequest parsed(const std::string& bytes)
{
    RequestParser parser{limit};
    CHECK(parser.feed(bytes) == bytes.size());
    CHECK_FALSE(parser.refusal());
    CHECK(parser.is_complete());
    return parser.take();
}

int refused(const std::string& bytes)
{
    RequestParser parser{limit};
    parser.feed(bytes);
    return parser.refusal() ? parser.refusal()->status : 0;
}

const std::string host = "Host: a\r\n";

} // namespace

TEST_CASE("a request comes out with method, decoded path and query, headers and body")
{
    const auto request = parsed("POST /a%20b/%C3%BC?x=1&y=a+b%26&x=2&flag HTTP/1.1\r\n" + host +
                                "X-Mine:  yes \r\nContent-Length: 5\r\n\r\nhello");
    CHECK(request.method == "POST");
    CHECK(request.path == "/a b/ü");
    CHECK(request.query ==
          std::vector<std::pair<std::string, std::string>>{{"x", "1"}, {"y", "a b&"}, {"x", "2"}, {"flag", ""}});
    CHECK(*request.parameter("x") == "1");
    CHECK(request.parameter("z") == nullptr);
    CHECK(*request.headers.find("x-mine") == "yes");
    CHECK(request.headers.begin()->name == "host");
    CHECK(request.body == "hello");
}

TEST_CASE("a path is taken apart before it is decoded: an encoded slash divides nothing")
{
    const auto request = parsed("GET /a%2Fb/%2f/c/?x=%2F HTTP/1.1\r\n" + host + "\r\n");
    CHECK(request.segments == std::vector<std::string>{"a/b", "/", "c", ""});
    CHECK(request.path == "/a/b///c/");
    CHECK(parsed("GET / HTTP/1.1\r\n" + host + "\r\n").segments == std::vector<std::string>{""});
    CHECK(parsed("OPTIONS * HTTP/1.1\r\n" + host + "\r\n").segments.empty());
}

TEST_CASE("a request for a proxy names the same path")
{
    CHECK(parsed("GET http://example.org:80/a?b=c HTTP/1.1\r\n" + host + "\r\n").path == "/a");
    CHECK(parsed("GET http://example.org HTTP/1.1\r\n" + host + "\r\n").path == "/");
    CHECK(parsed("OPTIONS * HTTP/1.1\r\n" + host + "\r\n").path == "*");
}

TEST_CASE("chunks are put together, and what follows them is no header")
{
    const auto request =
        parsed("POST / HTTP/1.1\r\n" + host +
               "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Late: 1\r\n\r\n");
    CHECK(request.body == "hello world");
    CHECK(request.headers.find("x-late") == nullptr);
}

TEST_CASE("a request may come byte by byte")
{
    std::string bytes;
    SUBCASE("with chunks")
    {
        bytes = "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    }
    SUBCASE("with no chunks but the last")
    {
        bytes = "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    }
    SUBCASE("with a length")
    {
        bytes = "\r\n\r\nPOST /a HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc";
    }
    RequestParser parser{limit};
    std::string held;
    for (const char byte : bytes) {
        CHECK_FALSE(parser.is_complete());
        held += byte;
        held.erase(0, parser.feed(held));
    }
    CHECK_FALSE(parser.refusal());
    CHECK(parser.is_complete());
    CHECK(parser.take().path == "/a");
}

TEST_CASE("nothing is parsed beyond the end of a request")
{
    const std::string first = "GET /1 HTTP/1.1\r\n" + host + "\r\n";
    RequestParser parser{limit};
    CHECK(parser.feed(first + "GET /2") == first.size());
    CHECK(parser.take().path == "/1");
}

TEST_CASE("a request whose end two readers could see differently is refused")
{
    const std::string post = "POST / HTTP/1.1\r\n" + host;
    CHECK(refused(post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
    CHECK(refused(post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n") == 400);
    CHECK(refused(post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd") == 400);
    CHECK(refused(post + "Content-Length: -1\r\n\r\n") == 400);
    CHECK(refused(post + "Content-Length: +3\r\n\r\nabc") == 400);
    CHECK(refused(post + "Content-Length: 3 3\r\n\r\nabc") == 400);
    CHECK(refused(post + "Content-Length: 99999999999999999999\r\n\r\n") == 400);
    CHECK(refused(post + "Content-Length : 3\r\n\r\nabc") == 400);
    CHECK(refused(post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n") == 400);
    CHECK(refused(post + "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc") == 501);
    CHECK(refused(post + "Transfer-Encoding: gzip\r\n\r\n") == 501);
    CHECK(refused(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == 501);
    CHECK(refused(post + "Transfer-Encoding: chunked, identity\r\n\r\n") == 501);
    CHECK(refused(post + "Transfer-Encoding: xchunked\r\n\r\n") == 501);
    CHECK(refused(post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
    CHECK(refused(post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n") == 400);
    CHECK(refused(post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n") == 400);
    CHECK(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("what is not a request in HTTP/1 is refused")
{
    CHECK(refused("\x16\x03\x01\x02 hello, is this TLS?\r\n\r\n") == 400);
    CHECK(refused("GET / HTTP/2.0\r\n\r\n") == 400);
    CHECK(refused("GET /\r\n\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\n\r\n") == 400); // no host
    CHECK(refused("GET / HTTP/1.1\r\n" + host + host + "\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\n" + host + "a b: c\r\n\r\n") == 400);
    CHECK(refused("CONNECT example.org:443 HTTP/1.1\r\n" + host + "\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\n" + host + "Expect: miracles\r\n\r\n") == 417);
}

TEST_CASE("a path or query that does not decode to text is refused")
{
    for (const std::string target :
         {"/%", "/%4", "/%zz", "/%00", "/%ff", "/a?b=%0", "/a?%80=1", "/a#b", "a/b", "httpx:/a"})
        CHECK_MESSAGE(refused("GET " + target + " HTTP/1.1\r\n" + host + "\r\n") == 400, target);
}

TEST_CASE("what is too large is refused by its kind")
{
    const std::string much(70'000, 'x');
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += "X-A: 1\r\n";
    CHECK(refused("GET /" + much + " HTTP/1.1\r\n" + host + "\r\n") == 414);
    CHECK(refused("GET / HTTP/1.1\r\n" + host + "X-A: " + much + "\r\n\r\n") == 431);
    CHECK(refused("GET / HTTP/1.1\r\n" + host + many + "\r\n") == 431);
    CHECK(refused("POST / HTTP/1.1\r\n" + host + "Content-Length: 1001\r\n\r\n") == 413);
    CHECK(refused("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n") == 413);
}

TEST_CASE("the connection is kept as the version has it, unless the client says otherwise")
{
    const auto keeps = [](const std::string& bytes) {
        RequestParser parser{limit};
        parser.feed(bytes + "\r\n");
        return parser.keeps_connection();
    };
    CHECK(keeps("GET / HTTP/1.1\r\n" + host));
    CHECK_FALSE(keeps("GET / HTTP/1.1\r\nConnection: close\r\n" + host));
    CHECK_FALSE(keeps("GET / HTTP/1.0\r\n"));
    CHECK(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n"));
}
