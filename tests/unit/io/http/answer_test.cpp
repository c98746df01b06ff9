#include "io/http/answer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using http::Answer;

namespace {

const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// As a connection does it: what was not used is offered again with what came since.
struct Fed {
    Answer answer{false};
    std::string held;
    std::string body;
    boost::system::error_code error;

    void feed(std::string_view bytes)
    {
        held += bytes;
        held.erase(0, answer.feed(held, error));
        body += answer.take_body();
    }
};

} // namespace

TEST_CASE("chunks that come byte by byte are read")
{
    Fed fed;
    for (const char byte : head + "5;ext=1\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n")
        fed.feed({&byte, 1});
    CHECK_FALSE(fed.error);
    CHECK(fed.answer.is_complete());
    CHECK(fed.body == "hello!");
    CHECK(fed.held.empty());
}

TEST_CASE("chunks that are cut anywhere are read")
{
    const std::string text = head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Fed fed;
        fed.feed(text.substr(0, cut));
        fed.feed(text.substr(cut));
        CHECK_FALSE(fed.error);
        CHECK(fed.answer.is_complete());
        CHECK(fed.body == "abcde");
    }
}

TEST_CASE("a small chunk is handed on before the next one comes")
{
    Fed fed;
    fed.feed(head + "1\r\na\r\n");
    CHECK(fed.body == "a");
    fed.feed("1\r\nb\r\n");
    CHECK(fed.body == "ab");
    CHECK_FALSE(fed.answer.is_complete());
}

TEST_CASE("what follows the answer is left")
{
    Fed fed;
    fed.feed(head + "1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n");
    CHECK(fed.answer.is_complete());
    CHECK(fed.held == "HTTP/1.1 200 OK\r\n");
}
