// Whole objects, with what happens to them on their way.
#include "s3_world.hpp"

#include "http_world.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace forager;
using namespace forager::s3;
using namespace forager::test;

namespace {

std::string some_bytes(std::size_t size)
{
    std::string bytes;
    for (std::size_t i = 0; bytes.size() < size; ++i)
        bytes += std::to_string(i * 7919) + ",";
    bytes.resize(size);
    return bytes;
}

std::string sha256_of(const std::string& bytes)
{
    return to_hex(digest(Digest::sha256, bytes));
}

class Pieces final : public ByteSource {
public:
    explicit Pieces(std::string bytes, std::size_t size = 300) : bytes_{std::move(bytes)}, size_{size} {}

    std::optional<Failure> failure; ///< at the end

    boost::asio::awaitable<Result<std::string>> read(std::size_t most) override
    {
        std::string piece = bytes_.substr(0, std::min(most, size_));
        bytes_.erase(0, piece.size());
        if (piece.empty() && failure)
            co_return *failure;
        co_return piece;
    }

private:
    std::string bytes_;
    std::size_t size_;
};

class Text final : public ByteSink {
public:
    std::string text;
    std::optional<Failure> failure;

    boost::asio::awaitable<Result<void>> write(std::string bytes) override
    {
        text += bytes;
        co_return failure ? Result<void>{*failure} : Result<void>{};
    }
};

bool is_part(const std::string& request)
{
    return request.starts_with("PUT") && request.find("partNumber=") != std::string::npos;
}

std::size_t entries(const TempFolder& folder)
{
    return static_cast<std::size_t>(std::ranges::distance(std::filesystem::directory_iterator{folder.path()}));
}

} // namespace

TEST_CASE("objects of all sizes come back as they were put, by each way")
{
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 1023, 1024, 1025, 2048, 2049, 10'000}) {
        StoreWorld world;
        const std::string content = some_bytes(size);
        const std::string path = world.folder.write("in", content);
        CHECK(world.run(world.bucket.put("bytes", content, {})).value().sha256 == sha256_of(content));
        CHECK(world.run(world.bucket.put_file("file", path, {})).value().sha256 == sha256_of(content));
        Pieces pieces{content};
        CHECK(world.run(world.bucket.put_stream("stream", pieces, {})).value().size == size);
        for (const std::string key : {"bytes", "file", "stream"}) {
            CHECK(world.store.objects.at("/files/" + key).content == content);
            Text text;
            CHECK(world.run(world.bucket.get_stream(key, text, {})).value().sha256 == sha256_of(content));
            CHECK(text.text == content);
            CHECK(world.run(world.bucket.get_file(key, world.folder.at(key), {})).value().size == size);
            CHECK(world.folder.read(key) == content);
        }
        CHECK(world.store.uploads.empty());
        CHECK(entries(world.folder) == 4);
    }
}

TEST_CASE("a content that is not what it was said to be is not put, in one piece or in many")
{
    for (const std::size_t size : std::initializer_list<std::size_t>{10, 10'000}) {
        StoreWorld world;
        PutOptions options;
        options.sha256 = sha256_of("other content");
        const std::string path = world.folder.write("in", some_bytes(size));
        CHECK(world.run(world.bucket.put("k", some_bytes(size), options)).error().code == Errc::refused);
        CHECK(world.run(world.bucket.put_file("k", path, options)).error().code == Errc::refused);
        Pieces pieces{some_bytes(size)};
        CHECK(world.run(world.bucket.put_stream("k", pieces, options)).error().code == Errc::refused);
        CHECK(world.store.objects.empty());
        CHECK(world.store.uploads.empty());
    }
}

TEST_CASE("what is damaged on its way back is refused, and no file appears")
{
    for (const std::size_t size : std::initializer_list<std::size_t>{10, 10'000}) {
        StoreWorld world;
        CHECK(world.run(world.bucket.put("k", some_bytes(size), {})));
        world.store.objects.at("/files/k").content[size / 2] ^= 1;
        Text text;
        CHECK(world.run(world.bucket.get_stream("k", text, {})).error().code == Errc::refused);
        CHECK(world.run(world.bucket.get_file("k", world.folder.at("out"), {})).error().code == Errc::refused);
        CHECK(entries(world.folder) == 0);
    }
    StoreWorld world;
    Pieces pieces{some_bytes(10'000)};
    CHECK(world.run(world.bucket.put_stream("k", pieces, {})));
    world.store.objects.at("/files/k").content[5000] ^= 1;
    CHECK(world.run(world.bucket.get_file("k", world.folder.at("out"), {})).error().code == Errc::refused);
}

TEST_CASE("parts are sent again where the store had trouble, and answers that began well are looked at")
{
    StoreWorld world;
    int parts = 0;
    int completions = 0;
    world.store.instead = [&](const std::string& request) -> std::optional<Reply> {
        if (is_part(request) && ++parts % 3 == 0)
            return answer(500, "<Error><Code>InternalError</Code></Error>");
        if (request.starts_with("POST /files/k?uploadId") && ++completions == 1)
            return answer(200, "<Error><Code>InternalError</Code></Error>");
        return std::nullopt;
    };
    const std::string content = some_bytes(10'000);
    Pieces pieces{content};
    CHECK(world.run(world.bucket.put_stream("k", pieces, {})));
    CHECK(world.store.objects.at("/files/k").content == content);
    CHECK(completions == 2);
}

TEST_CASE("an upload that was finished without our hearing of it is finished")
{
    StoreWorld world;
    bool first = true;
    world.store.instead = [&](const std::string& request) -> std::optional<Reply> {
        if (!request.starts_with("POST /files/k?uploadId") || !std::exchange(first, false))
            return std::nullopt;
        (void)world.store(request);
        return Reply{"", Reply::Then::close};
    };
    CHECK(world.run(world.bucket.put("k", some_bytes(10'000), {})).value().size == 10'000);
    CHECK(world.store.objects.contains("/files/k"));
}

TEST_CASE("a store that is still joining the parts is not asked to begin anew")
{
    StoreWorld world;
    int completions = 0;
    int looks = 0;
    bool joins = false;
    std::string asked;
    world.store.instead = [&](const std::string& request) -> std::optional<Reply> {
        if (request.starts_with("POST /files/k?uploadId") && !joins) {
            ++completions;
            asked = request;
            return Reply{"", Reply::Then::close};
        }
        if (request.starts_with("HEAD /files/k") && ++looks == 2) {
            joins = true;
            (void)world.store(asked);
            joins = false;
        }
        return std::nullopt;
    };
    CHECK(world.run(world.bucket.put("k", some_bytes(10'000), {})).value().size == 10'000);
    CHECK(completions == 1);
}

TEST_CASE("a source that fails leaves nothing at the store")
{
    StoreWorld world;
    Pieces pieces{some_bytes(10'000)};
    pieces.failure = Failure{Errc::exit, "pg_dump went away"};
    const auto result = world.run(world.bucket.put_stream("k", pieces, {}));
    REQUIRE(result.has_error());
    CHECK(result.error().message == "pg_dump went away");
    CHECK(world.store.objects.empty());
    CHECK(world.store.uploads.empty());
}

TEST_CASE("an upload that the store refuses is abandoned")
{
    StoreWorld world;
    world.store.instead = [](const std::string& request) -> std::optional<Reply> {
        if (request.find("partNumber=4") == std::string::npos)
            return std::nullopt;
        return answer(403, "<Error><Code>AccessDenied</Code><Message>quota</Message></Error>");
    };
    const auto result = world.run(world.bucket.put("k", some_bytes(10'000), {}));
    REQUIRE(result.has_error());
    CHECK(result.error().message.ends_with("AccessDenied: quota"));
    CHECK(world.store.uploads.empty());
}

TEST_CASE("an upload that is cancelled is abandoned, and a file's is not remembered")
{
    TempFolder memory;
    StoreWorld world{memory.path()};
    const std::string path = world.folder.write("in", some_bytes(10'000));
    world.store.instead = [](const std::string& request) -> std::optional<Reply> {
        if (request.find("partNumber=4") == std::string::npos)
            return std::nullopt;
        return Reply{"", Reply::Then::hang};
    };
    const auto hangs = [&] { return world.count("PUT /files/k?partNumber=4") > 0; };
    CHECK(is_cancelled_after(world.context, world.bucket.put_file("k", path, {}), hangs));
    CHECK(world.store.uploads.empty());
    CHECK(entries(memory) == 0);
}

TEST_CASE("an upload that cannot be given up, since the store is away, goes on where it was")
{
    TempFolder memory;
    StoreWorld world{memory.path()};
    const std::string path = world.folder.write("in", some_bytes(10'000));
    world.store.instead = [](const std::string& request) -> std::optional<Reply> {
        const bool passes = request.starts_with("POST") || request.find("partNumber=1&") != std::string::npos;
        return passes ? std::nullopt : std::optional{answer(503, "<Error><Code>SlowDown</Code></Error>")};
    };
    for (int i = 0; i < 2; ++i) { // the second one cannot even ask for the parts
        CHECK(world.run(world.bucket.put_file("k", path, {})).error().code == Errc::unreachable);
        CHECK(world.store.uploads.size() == 1);
        CHECK(entries(memory) == 1);
    }
    world.store.instead = [](const auto&) { return std::nullopt; };
    CHECK(world.run(world.bucket.put_file("k", path, {})));
    CHECK(world.count("POST /files/k?uploads=") == 1);
    CHECK(world.store.uploads.empty());
    CHECK(entries(memory) == 0);
}

TEST_CASE("giving up an upload by its id removes its note, and no other")
{
    TempFolder memory;
    StoreWorld world{memory.path()};
    memory.write("one", R"({"id":"one","part_size":1024,"sha256":"00"})");
    memory.write("two", R"({"id":"two","part_size":1024,"sha256":"00"})");
    UnfinishedUpload upload;
    upload.key = "k";
    upload.id = "one";
    CHECK(world.run(world.bucket.abandon(upload)));
    CHECK(entries(memory) == 1);
    CHECK(memory.read("two").find("two") != std::string::npos);
}

TEST_CASE("an upload that was cut short by the agent's end goes on where it was")
{
    TempFolder memory;
    const std::string content = some_bytes(10'000);
    StoreWorld world{memory.path()};
    const std::string path = world.folder.write("in", content);
    FakeStore::Upload upload;
    upload.headers = "x-amz-meta-sha256: " + sha256_of(content) + "\r\n";
    for (int number = 1; number <= 6; ++number)
        upload.parts[number] = content.substr(static_cast<std::size_t>(number - 1) * 1024, 1024);
    upload.parts[3][7] ^= 1; // not the file's
    world.store.uploads["before"] = upload;
    const std::string what = world.client.place("files") + "\nk\n" + path;
    const std::string note = R"({"id":"before","part_size":1024,"sha256":")" + sha256_of(content) + "\"}";
    memory.write(to_hex(digest(Digest::sha256, what)), note);
    // Of one that nobody has asked for again.
    const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::days{8};
    std::filesystem::last_write_time(memory.write("another", note), long_ago);
    std::uint64_t told = 0;
    PutOptions options;
    options.progress = [&told](std::uint64_t done, std::optional<std::uint64_t>) { told = done; };
    CHECK(world.run(world.bucket.put_file("k", path, options)));
    CHECK(world.store.objects.at("/files/k").content == content);
    CHECK(world.count("PUT") == 5); // the third, and the seventh to the tenth
    CHECK(told == content.size());
    CHECK(entries(memory) == 0);
}

TEST_CASE("an upload of what the file was before is abandoned, and one that is gone is begun again")
{
    for (const std::string id : {"before", "gone"}) {
        TempFolder memory;
        StoreWorld world{memory.path()};
        const std::string content = some_bytes(10'000);
        const std::string path = world.folder.write("in", content);
        world.store.uploads["before"] = {};
        const std::string sum = sha256_of(id == "gone" ? content : "what it was");
        memory.write(to_hex(digest(Digest::sha256, world.client.place("files") + "\nk\n" + path)),
                     R"({"id":")" + id + R"(","part_size":1024,"sha256":")" + sum + "\"}");
        CHECK(world.run(world.bucket.put_file("k", path, {})));
        CHECK(world.store.objects.at("/files/k").content == content);
        CHECK(world.store.uploads.contains("before") == (id == "gone"));
    }
}

TEST_CASE("a download goes on where its connection ended, and notices another object in its place")
{
    StoreWorld world;
    const std::string content = some_bytes(10'000);
    CHECK(world.run(world.bucket.put("k", content, {})));
    int cuts = 0;
    world.store.instead = [&](const std::string& request) -> std::optional<Reply> {
        if (!request.starts_with("GET") || ++cuts % 2 == 0)
            return std::nullopt;
        FakeStore plain;
        plain.objects = world.store.objects;
        Reply reply = plain(request);
        reply.bytes.resize(reply.bytes.size() - 100);
        reply.then = Reply::Then::close;
        return reply;
    };
    Text text;
    CHECK(world.run(world.bucket.get_stream("k", text, {})));
    CHECK(text.text == content);
    CHECK(world.run(world.bucket.get_file("k", world.folder.at("out"), {})));
    CHECK(world.folder.read("out") == content);
    int gets = 0;
    world.store.instead = [&](const std::string& request) -> std::optional<Reply> {
        if (request.starts_with("GET") && ++gets == 3)
            world.store.objects.at("/files/k").headers = "ETag: \"another\"\r\n";
        return std::nullopt;
    };
    const auto changed = world.run(world.bucket.get_file("k", world.folder.at("out2"), {}));
    REQUIRE(changed.has_error());
    CHECK(changed.error().code == Errc::refused);
    CHECK(changed.error().message.find("changed while it was read") != std::string::npos);
    CHECK(entries(world.folder) == 1);
}

TEST_CASE("a sink that fails ends the download with its own failure")
{
    StoreWorld world;
    CHECK(world.run(world.bucket.put("k", some_bytes(10'000), {})));
    Text text;
    text.failure = Failure{Errc::limit, "the disk is full"};
    CHECK(world.run(world.bucket.get_stream("k", text, {})).error().message == "the disk is full");
}

TEST_CASE("metadata and progress travel; keys and metadata that cannot be are refused")
{
    StoreWorld world;
    PutOptions options;
    options.metadata = {{"Colour", "deep blue"}};
    std::vector<std::uint64_t> heard;
    options.progress = [&heard](std::uint64_t done, std::optional<std::uint64_t> whole) {
        heard.push_back(done);
        CHECK(whole == 3000);
    };
    CHECK(world.run(world.bucket.put("k", some_bytes(3000), options)));
    CHECK(heard.back() == 3000);
    CHECK(heard.size() == 3);
    const auto head = world.run(world.bucket.head("k"));
    REQUIRE(head);
    CHECK(head->metadata == Pairs{{"colour", "deep blue"}});
    CHECK(head->sha256 == sha256_of(some_bytes(3000)));
    for (const auto& [name, value] : Pairs{{"a b", "x"}, {"ok", "line\nbreak"}, {"sha256", "x"}, {"ok", "\xc3\xa5"}}) {
        options.metadata = {{name, value}};
        CHECK(world.run(world.bucket.put("k", "", options)).error().code == Errc::bad_arguments);
    }
    for (const std::string& key : {std::string{}, std::string(1025, 'a'), std::string{"\xff"}, std::string{"a\0b", 3},
                                   std::string{"../a"}, std::string{"a/../b"}, std::string{"a/./b"}, std::string{".."}})
        CHECK(world.run(world.bucket.head(key)).error().code == Errc::bad_arguments);
}
TEST_CASE("a download that the store's absence ended goes on at the next time, even from what was spoilt meanwhile")
{
    StoreWorld world;
    const std::string content = some_bytes(10'000);
    CHECK(world.run(world.bucket.put("k", content, {})));
    world.store.instead = [](const std::string& request) -> std::optional<Reply> {
        if (FakeStore::header(request, "Range") != "bytes=8192-9215")
            return std::nullopt;
        return answer(503, "<Error><Code>SlowDown</Code></Error>");
    };
    const auto lost = world.run(world.bucket.get_file("k", world.folder.at("out"), {}));
    REQUIRE(lost.has_error());
    CHECK(lost.error().code == Errc::unreachable);
    CHECK(entries(world.folder) == 1);
    world.store.instead = [](const auto&) { return std::nullopt; };
    const auto before = world.count("GET");
    SUBCASE("as it was left") {}
    SUBCASE("spoilt")
    {
        const auto left = std::filesystem::directory_iterator
        {
            world.folder.path()
        } -> path();
        std::fstream file{left, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(100);
        file.put('\0');
    }
    CHECK(world.run(world.bucket.get_file("k", world.folder.at("out"), {})));
    CHECK(world.folder.read("out") == content);
    CHECK(entries(world.folder) == 1);
    CHECK(world.count("GET") > before);
}
