// The examples that the protocol's own documentation works out, with their published results.
#include "clients/s3/signature.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::s3;
using namespace std::chrono_literals;

namespace {

const Credentials who{"AKIAIOSFODNN7EXAMPLE", Secret{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}};
const WallTime noon{std::chrono::sys_days{std::chrono::year{2013} / 5 / 24}};

Signable about(std::string method, std::string path, Pairs query = {})
{
    Signable request;
    request.method = std::move(method);
    request.host = "examplebucket.s3.amazonaws.com";
    request.path = std::move(path);
    request.query = std::move(query);
    return request;
}

std::string authorization(Signable request, std::string_view sha256 = sha256_of_nothing)
{
    const http::Headers headers = signed_headers(std::move(request), sha256, who, "us-east-1", noon);
    const auto* value = headers.find("authorization");
    return value == nullptr ? "" : *value;
}

} // namespace

TEST_CASE("an object's range is asked for as in the example")
{
    Signable request = about("GET", "/test.txt");
    request.headers.set("Range", "bytes=0-9");
    CHECK(authorization(std::move(request)) ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
          "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
          "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("an object is put as in the example")
{
    Signable request = about("PUT", "/test%24file.text");
    request.headers.set("Date", "Fri, 24 May 2013 00:00:00 GMT");
    request.headers.set("x-amz-storage-class", "REDUCED_REDUNDANCY");
    CHECK(authorization(std::move(request), "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072") ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
          "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
          "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("a query without a value is signed as in the example")
{
    const std::string proof = authorization(about("GET", "/", {{"lifecycle", ""}}));
    CHECK(proof.ends_with("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST_CASE("a listing is signed as in the example, whatever the order of its query")
{
    const std::string proof = authorization(about("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}));
    CHECK(proof.ends_with("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST_CASE("an address for anybody is signed as in the example")
{
    CHECK(presigned_query(about("GET", "/test.txt"), who, "us-east-1", noon, 24h) ==
          "X-Amz-Algorithm=AWS4-HMAC-SHA256&"
          "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
          "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
          "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("blanks of a header's value count once")
{
    Signable one = about("GET", "/a");
    one.headers.set("x-amz-meta-name", "two  words ");
    Signable other = about("GET", "/a");
    other.headers.set("X-Amz-Meta-Name", " two words");
    CHECK(authorization(std::move(one)) == authorization(std::move(other)));
}

TEST_CASE("neither the secret nor what follows from it stands in what is sent, but the signature")
{
    const http::Headers headers = signed_headers(about("GET", "/a"), sha256_of_nothing, who, "eu-north-1", noon);
    for (const http::Header& header : headers)
        CHECK(header.value.find(who.secret_key.reveal()) == std::string::npos);
    CHECK(*headers.find("x-amz-date") == "20130524T000000Z");
    CHECK(*headers.find("x-amz-content-sha256") == sha256_of_nothing);
}
