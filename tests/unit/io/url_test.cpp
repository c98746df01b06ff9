#include "io/url.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("a URL is taken apart")
{
    const Url url = parse_url("HTTPS://User:p%40ss@Example.ORG:8443/a/b?c=d#part").value();
    CHECK(url.scheme == "https");
    CHECK(url.host == "example.org");
    CHECK(url.port == 8443);
    CHECK(url.target == "/a/b?c=d");
    CHECK(url.userinfo == "User:p@ss");
    CHECK(url.text() == "https://example.org:8443/a/b?c=d");
    CHECK(url.shown() == "https://example.org:8443/a/b");
}

TEST_CASE("the scheme's usual port stays out of the Host header")
{
    CHECK(parse_url("http://a").value().authority() == "a");
    CHECK(parse_url("http://a").value().peer() == "a:80");
    CHECK(parse_url("https://a:443/").value().authority() == "a");
    CHECK(parse_url("https://a:80/").value().authority() == "a:80");
}

TEST_CASE("a URL without a path asks for the root, with a query too")
{
    CHECK(parse_url("http://a").value().target == "/");
    CHECK(parse_url("http://a?x=1").value().target == "/?x=1");
}

TEST_CASE("an IPv6 literal stands in brackets wherever it is shown")
{
    const Url url = parse_url("http://[::1]:8080/x").value();
    CHECK(url.host == "::1");
    CHECK(url.port == 8080);
    CHECK(url.peer() == "[::1]:8080");
    CHECK(parse_url("http://[::1]/x").value().authority() == "[::1]");
}

TEST_CASE("spaces and other alphabets in a path are encoded, what is encoded stays")
{
    CHECK(parse_url("http://a/grün und/%20b?q=ä c").value().target == "/gr%C3%BCn%20und/%20b?q=%C3%A4%20c");
}

TEST_CASE("a local socket's URL names its path and the target")
{
    const Url url = parse_url("unix:/var/run/docker.sock:/v1.41/info?x=1").value();
    CHECK(url.scheme == "unix");
    CHECK(url.host == "/var/run/docker.sock");
    CHECK(url.target == "/v1.41/info?x=1");
    CHECK(url.authority() == "localhost");
    CHECK(parse_url("unix:/a.sock").value().target == "/");
    CHECK(parse_url("unix:relative.sock").has_error());
    CHECK(parse_url("unix:/" + std::string(200, 'x')).has_error());
}

TEST_CASE("an unreadable URL is the caller's mistake")
{
    for (const char* text : {"", "example.org", "ftp://a/", "http://", "http:///x", "http://a:0/", "http://a:70000/",
                             "http://a:b/", "http://a b/", "http://a/\r\nX: y", "http://[::1", "http://[zz]/"}) {
        CAPTURE(text);
        const auto url = parse_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error().code == Errc::bad_arguments);
    }
}

TEST_CASE("a message about a broken URL repeats neither password nor query")
{
    for (const char* text : {"ftp://me:secret@a/", "http://me:secret@a:bad/", "http://me:sec/secret@a/",
                             "http://a b/?key=secret", "//me:secret@x"}) {
        CAPTURE(text);
        const auto url = parse_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error().message.find("secret") == std::string::npos);
    }
}

TEST_CASE("a reference is resolved as browsers do")
{
    const Url base = parse_url("http://a:81/b/c/d?q").value();
    const auto at = [&](const char* reference) { return resolve(base, reference).value().text(); };
    CHECK(at("https://z/x") == "https://z/x");
    CHECK(at("//z/x") == "http://z/x");
    CHECK(at("/x") == "http://a:81/x");
    CHECK(at("x?y=../z") == "http://a:81/b/c/x?y=../z");
    CHECK(at("../x") == "http://a:81/b/x");
    CHECK(at("../../../x") == "http://a:81/x");
    CHECK(at("..") == "http://a:81/b/");
    CHECK(at("./") == "http://a:81/b/c/");
    CHECK(at("?r") == "http://a:81/b/c/d?r");
    CHECK(at("#f") == "http://a:81/b/c/d?q");
    CHECK(at("/a b") == "http://a:81/a%20b");
    CHECK(resolve(base, "/x\r\ny").has_error());
    CHECK(resolve(base, "mailto:x").has_error());
}

TEST_CASE("text is percent-encoded so that it is one segment, or one value of a query")
{
    CHECK(percent_encoded("aZ9-._~") == "aZ9-._~");
    CHECK(percent_encoded("a b+c%/\xc3\xa5") == "a%20b%2Bc%25%2F%C3%A5");
}
