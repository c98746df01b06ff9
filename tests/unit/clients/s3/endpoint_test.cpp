#include "clients/s3/endpoint.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::s3;

namespace {

std::string url(std::string_view endpoint, bool tls = false, bool path_style = true)
{
    const auto parsed = Endpoint::parse(endpoint, tls, path_style);
    REQUIRE(parsed);
    return parsed->url("files", "a b/c+d");
}

} // namespace

TEST_CASE("an endpoint may have a scheme, a port, a path and an address in brackets")
{
    CHECK(url("s3.example.net") == "http://s3.example.net/files/a%20b/c%2Bd");
    CHECK(url("s3.example.net", true) == "https://s3.example.net/files/a%20b/c%2Bd");
    CHECK(url("s3.example.net:9000", true) == "https://s3.example.net:9000/files/a%20b/c%2Bd");
    CHECK(url("http://s3.example.net:9000", true) == "http://s3.example.net:9000/files/a%20b/c%2Bd");
    CHECK(url("https://s3.example.net/") == "https://s3.example.net/files/a%20b/c%2Bd");
    CHECK(url("https://s3.example.net/store/") == "https://s3.example.net/store/files/a%20b/c%2Bd");
    CHECK(url("[::1]:9000") == "http://[::1]:9000/files/a%20b/c%2Bd");
    CHECK(url("[::1]") == "http://[::1]/files/a%20b/c%2Bd");
}

TEST_CASE("the bucket stands in the path, or before the host's name")
{
    CHECK(url("s3.example.net:9000", false, false) == "http://files.s3.example.net:9000/a%20b/c%2Bd");
    const auto host_style = Endpoint::parse("s3.example.net", true, false);
    REQUIRE(host_style);
    CHECK(host_style->host("files") == "files.s3.example.net");
    CHECK(host_style->host("") == "s3.example.net");
    CHECK(host_style->path("files", "") == "/");
    const auto path_style = Endpoint::parse("s3.example.net", true, true);
    REQUIRE(path_style);
    CHECK(path_style->host("files") == "s3.example.net");
    CHECK(path_style->path("files", "") == "/files");
    CHECK(path_style->path("", "") == "/");
}

TEST_CASE("what is no endpoint is refused without repeating a password")
{
    for (const char* text : {"", "s3.example.net:0", "ftp://a", "unix:///run/s3.sock", "http://a?x=1", "two words"})
        CHECK(Endpoint::parse(text, false, true).has_error());
    const auto with_password = Endpoint::parse("http://user:word@s3.example.net", false, true);
    REQUIRE(with_password.has_error());
    CHECK(with_password.error().message.find("word@") == std::string::npos);
    CHECK(with_password.error().code == Errc::bad_arguments);
}
