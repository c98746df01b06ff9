// The client against the server that the environment names, as Colonies' users export it. Started by s3_client_test.py,
// which brings up the server; with arguments it does one thing and says how it went.
#include "clients/s3/bucket.hpp"
#include "io/entropy.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "result_text.hpp"
#include "strand.hpp"
#include "temp_folder.hpp"

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::s3;
using namespace forager::test;
using namespace std::chrono_literals;

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Client::Config config()
{
    Client::Config config;
    config.endpoint = variable("AWS_S3_ENDPOINT");
    config.region = variable("AWS_S3_REGION");
    config.credentials = {variable("AWS_S3_ACCESSKEY"), Secret{variable("AWS_S3_SECRETKEY")}};
    config.tls = variable("AWS_S3_TLS") == "true";
    config.trust.ca_file = variable("FORAGER_S3_CA_FILE");
    config.trust.verify = variable("AWS_S3_SKIPVERIFY") != "true";
    config.path_style = variable("FORAGER_S3_PATH_STYLE") != "false";
    config.folder = variable("FORAGER_S3_FOLDER");
    if (const std::string patience = variable("FORAGER_S3_PATIENCE"); !patience.empty())
        config.patience = std::chrono::milliseconds{std::stoi(patience)};
    return config;
}

struct Visitor {
    explicit Visitor(Client::Config configured = config())
        : client{strand.pool, strand.clock, chance, std::move(configured)}
    {
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return strand.run(std::move(work)); }

    Strand strand;
    SystemRandom chance;
    Client client;
    Bucket bucket{client, variable("AWS_S3_BUCKET")};
};

std::string random_bytes(std::size_t size)
{
    static std::mt19937_64 engine{1};
    std::string bytes;
    while (bytes.size() < size) {
        const std::uint64_t word = engine();
        bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    bytes.resize(size);
    return bytes;
}

std::string sha256_of(const std::string& bytes)
{
    return to_hex(digest(Digest::sha256, bytes));
}

class Pieces final : public ByteSource {
public:
    explicit Pieces(const std::string& bytes) : bytes_{bytes} {}
    boost::asio::awaitable<Result<std::string>> read(std::size_t most) override
    {
        std::string piece = bytes_.substr(std::min(at_, bytes_.size()), std::min<std::size_t>(most, 100'000));
        at_ += piece.size();
        co_return piece;
    }

private:
    const std::string& bytes_;
    std::size_t at_ = 0;
};

class Text final : public ByteSink {
public:
    std::string text;
    boost::asio::awaitable<Result<void>> write(std::string bytes) override
    {
        text += bytes;
        co_return Result<void>{};
    }
};

constexpr std::size_t mebi = std::size_t{1024} * 1024;

std::string code(const Failure& failure)
{
    return code_of(failure) + " " + std::string{word(failure.code)};
}

} // namespace

TEST_CASE("objects of all sizes come back as they were put")
{
    Visitor visitor;
    CHECK(visitor.run(visitor.bucket.make_bucket()));
    CHECK(visitor.run(visitor.bucket.make_bucket()));
    const TempFolder folder;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, 5 * mebi - 1, 5 * mebi, 5 * mebi + 1, 64 * mebi}) {
        CAPTURE(size);
        const std::string content = random_bytes(size);
        const std::string sum = sha256_of(content);
        const std::string path = folder.write("in", content);
        const auto put = visitor.run(visitor.bucket.put_file("sizes/file", path, {}));
        REQUIRE(put);
        CHECK(put->sha256 == sum);
        CHECK(visitor.run(visitor.bucket.head("sizes/file")).value().sha256 == sum);
        CHECK(visitor.run(visitor.bucket.head("sizes/file")).value().etag == put->etag);
        CHECK(visitor.run(visitor.bucket.get_file("sizes/file", folder.at("out"), {})).value().sha256 == sum);
        CHECK(folder.read("out") == content);
        Pieces pieces{content};
        CHECK(visitor.run(visitor.bucket.put_stream("sizes/stream", pieces, {})).value().sha256 == sum);
        Text text;
        CHECK(visitor.run(visitor.bucket.get_stream("sizes/stream", text, {})).value().sha256 == sum);
        CHECK(text.text == content);
    }
}

TEST_CASE("a streamed upload is held to the store's checksum of its parts")
{
    Visitor visitor;
    const std::string content = random_bytes(20 * mebi);
    Pieces pieces{content};
    REQUIRE(visitor.run(visitor.bucket.put_stream("streamed", pieces, {})));
    Ask ask{"HEAD", variable("AWS_S3_BUCKET"), "streamed"};
    ask.headers.set("x-amz-checksum-mode", "ENABLED");
    const auto answer = visitor.run(visitor.client.ask(ask));
    REQUIRE(answer);
    const auto* sum = answer->headers.find("x-amz-checksum-sha256");
    REQUIRE(sum != nullptr);
    CHECK(sum->ends_with("-3"));
}

TEST_CASE("keys are any text")
{
    Visitor visitor;
    std::set<std::string> keys = {
        "keys/with space", "keys/plus+and%25percent", "keys/\xc3\xa5ngstr\xc3\xb6m/\xe6\x97\xa5",
        "keys/a&b=c?d#e",  "keys/quote\"'`<>",        "keys/tilde~(1)!*;:@,$",
        "keys/..dots..",   "keys/trailing."};
    for (const std::string& key : keys) {
        CAPTURE(key);
        CHECK(visitor.run(visitor.bucket.put(key, key, {})));
        Text text;
        CHECK(visitor.run(visitor.bucket.get_stream(key, text, {})));
        CHECK(text.text == key);
    }
    const auto page = visitor.run(visitor.bucket.list("keys/", "", ""));
    REQUIRE(page);
    std::set<std::string> found;
    for (const StoredObject& object : page->objects)
        found.insert(object.key);
    CHECK(found == keys);
    CHECK(visitor.run(visitor.bucket.remove_all({keys.begin(), keys.end()})));
    CHECK(visitor.run(visitor.bucket.list("keys/", "", "")).value().objects.empty());
}

TEST_CASE("listings are paged, and know folders")
{
    Visitor visitor;
    for (int i = 0; i < 1005; ++i)
        REQUIRE(visitor.run(visitor.bucket.put("pages/" + std::to_string(i), "", {})));
    REQUIRE(visitor.run(visitor.bucket.put("pages/sub/one", "1", {})));
    std::vector<std::string> keys;
    std::string next;
    int pages = 0;
    do {
        auto page = visitor.run(visitor.bucket.list("pages/", next, ""));
        REQUIRE(page);
        for (const StoredObject& object : page->objects)
            keys.push_back(object.key);
        next = page->next;
        ++pages;
    } while (!next.empty());
    CHECK(pages == 2);
    CHECK(keys.size() == 1006);
    CHECK(std::ranges::is_sorted(keys));
    const auto folders = visitor.run(visitor.bucket.list("pages/s", "", "/"));
    REQUIRE(folders);
    CHECK(folders->folders == std::vector<std::string>{"pages/sub/"});
    CHECK(visitor.run(visitor.bucket.list("/pages/", "", "")).value().objects.empty());
    CHECK(visitor.run(visitor.bucket.remove_all(keys)));
    CHECK(visitor.run(visitor.bucket.list("pages/", "", "")).value().objects.empty());
}

TEST_CASE("what is not there is not found, and removing it is harmless")
{
    Visitor visitor;
    const auto head = visitor.run(visitor.bucket.head("none"));
    REQUIRE(head.has_error());
    CHECK(head.error().code == Errc::not_found);
    Text text;
    CHECK(code(visitor.run(visitor.bucket.get_stream("none", text, {})).error()) == "NoSuchKey not_found");
    CHECK(visitor.run(visitor.bucket.remove("none")));
    auto* other = visitor.bucket.bucket("no-such-bucket").value();
    CHECK(code(visitor.run(other->put("k", "x", {})).error()) == "NoSuchBucket not_found");
    CHECK(code(visitor.run(other->list("", "", "")).error()) == "NoSuchBucket not_found");
    CHECK(visitor.bucket.bucket("ab").error().code == Errc::bad_arguments);
}

TEST_CASE("a wrong key is told as such, without anything secret")
{
    Client::Config wrong = config();
    wrong.credentials.secret_key = Secret{"not-that-word"};
    Visitor visitor{wrong};
    const auto put = visitor.run(visitor.bucket.put("k", "x", {}));
    REQUIRE(put.has_error());
    CHECK(code(put.error()) == "SignatureDoesNotMatch refused");
    CHECK(put.error().message.find("not-that-word") == std::string::npos);
    CHECK_FALSE(put.error().retry);
    wrong.credentials.access_key = "nobody";
    Visitor stranger{wrong};
    CHECK_FALSE(stranger.run(stranger.bucket.put("k", "x", {})).error().retry);
}

TEST_CASE("the store checks what it is told of content")
{
    Visitor visitor;
    Ask ask{"PUT", variable("AWS_S3_BUCKET"), "checked"};
    ask.body = std::make_shared<const std::string>("content");
    ask.headers.set("x-amz-checksum-sha256", to_base64(digest(Digest::sha256, "other content")));
    CHECK(code_of(visitor.run(visitor.client.ask(ask)).error()) == "BadDigest");
    ask.headers = {};
    ask.headers.set("Content-MD5", to_base64(digest(Digest::md5, "other content")));
    CHECK(code_of(visitor.run(visitor.client.ask(ask)).error()) == "BadDigest");
}

TEST_CASE("a copy has content, type and metadata of the original, in one piece or in parts")
{
    Client::Config small = config();
    for (const bool in_parts : {false, true}) {
        if (in_parts)
            small.copy_limit = 6 * mebi;
        Visitor visitor{small};
        const std::string content = random_bytes(20 * mebi);
        PutOptions options;
        options.content_type = "text/x-odd";
        options.metadata = {{"colour", "blue"}};
        REQUIRE(visitor.run(visitor.bucket.put("copy/from here", content, options)));
        const auto copied = visitor.run(visitor.bucket.copy("copy/from here", "copy/to+there"));
        REQUIRE(copied);
        CHECK(copied->size == content.size());
        const auto head = visitor.run(visitor.bucket.head("copy/to+there"));
        REQUIRE(head);
        CHECK(head->content_type == "text/x-odd");
        CHECK(head->metadata == options.metadata);
        CHECK(head->sha256 == sha256_of(content));
        CHECK(head->etag == copied->etag);
        Text text;
        CHECK(visitor.run(visitor.bucket.get_stream("copy/to+there", text, {})));
        CHECK(text.text == content);
        CHECK(code(visitor.run(visitor.bucket.copy("copy/none", "copy/x")).error()).ends_with("not_found"));
    }
}

TEST_CASE("an address is for anybody, for its time, and for its method")
{
    Visitor visitor;
    REQUIRE(visitor.run(visitor.bucket.put("presigned key+", "content", {})));
    http::Client anybody{visitor.strand.pool, visitor.strand.clock};
    const auto ask = [&](const std::string& method, const std::string& url) {
        http::Request request;
        request.method = method;
        request.url = url;
        request.tls = config().trust;
        return visitor.run(anybody.send(std::move(request)));
    };
    const std::string url = visitor.bucket.presign("GET", "presigned key+", 1h).value();
    CHECK(ask("GET", url).value().body == "content");
    CHECK(ask("DELETE", url).value().status == 403);
    CHECK(ask("GET", url.substr(0, url.size() - 1)).value().status == 403);
    CHECK(ask("PUT", visitor.bucket.presign("PUT", "put by anybody", 1min).value()).value().status == 200);
    CHECK(visitor.run(visitor.bucket.head("put by anybody")).value().size == 0);
    CHECK(visitor.bucket.presign("GET", "k", 0s).has_error());
    CHECK(visitor.bucket.presign("GET", "k", 24h * 8).has_error());
}

TEST_CASE("unfinished uploads are listed and abandoned")
{
    Visitor visitor;
    Ask ask{"POST", variable("AWS_S3_BUCKET"), "left/unfinished"};
    ask.query = {{"uploads", ""}};
    REQUIRE(visitor.run(visitor.client.ask(ask)));
    const auto uploads = visitor.run(visitor.bucket.unfinished("left/"));
    REQUIRE(uploads);
    REQUIRE(uploads->size() == 1);
    CHECK(uploads->front().key == "left/unfinished");
    CHECK(uploads->front().begun.has_value());
    CHECK(visitor.run(visitor.bucket.abandon(uploads->front())));
    CHECK(visitor.run(visitor.bucket.abandon(uploads->front())));
    CHECK(visitor.run(visitor.bucket.unfinished("left/")).value().empty());
}

TEST_CASE("parts that are too small are refused at the end, and nothing is left of them")
{
    Client::Config small = config();
    small.part_size = mebi;
    Visitor visitor{small};
    const auto put = visitor.run(visitor.bucket.put("too-small-parts", random_bytes(4 * mebi), {}));
    REQUIRE(put.has_error());
    CHECK(code_of(put.error()) == "EntityTooSmall");
    CHECK(visitor.run(visitor.bucket.unfinished("too-small")).value().empty());
}

namespace {

template <class T> int told(const Result<T>& result, const std::string& text)
{
    if (result.has_error()) {
        std::cout << word(result.error().code) << " " << result.error().message << "\n";
        return 1;
    }
    std::cout << "ok " << text << "\n";
    return 0;
}

/// put KEY FILE | get KEY FILE | cat KEY | stream KEY FILE
int do_one(const std::string& what, const std::string& key, const std::string& file)
{
    Visitor visitor;
    if (what == "put") {
        const auto put = visitor.run(visitor.bucket.put_file(key, file, {}));
        return told(put, put ? put->sha256 : "");
    }
    if (what == "get") {
        const auto got = visitor.run(visitor.bucket.get_file(key, file, {}));
        return told(got, got ? got->sha256 : "");
    }
    Text text;
    const auto got = visitor.run(visitor.bucket.get_stream(key, text, {}));
    return told(got, got ? got->sha256 : "");
}

} // namespace

int main(int argc, char** argv)
{
    if (argc >= 3 && argv[1][0] != '-')
        return do_one(argv[1], argv[2], argc > 3 ? argv[3] : "");
    doctest::Context context{argc, argv};
    return context.run();
}
