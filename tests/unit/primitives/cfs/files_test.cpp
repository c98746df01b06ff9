#include "primitives/cfs/files.hpp"

#include "colony_files.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace forager;
using namespace forager::test;

namespace {

const std::string none = to_hex(digest(Digest::sha256, ""));

Result<cfs::RemoteFile> put(ColonyFilesWorld& world, const std::string& path, const std::string& label,
                            const std::string& name)
{
    return world.run(cfs::put(world.files(), path, label, name, {}));
}

Result<cfs::RemoteFile> get(ColonyFilesWorld& world, const std::string& label, const std::string& name,
                            const std::string& path)
{
    return world.run(cfs::get(world.files(), label, name, path, {}));
}

std::vector<std::string> listed(ColonyFilesWorld& world, const std::string& label)
{
    std::vector<std::string> paths;
    for (const cfs::RemoteFile& file : world.run(cfs::list(world.files(), label)).value().files)
        paths.push_back(file.label + " " + file.name);
    return paths;
}

} // namespace

TEST_CASE("a file that is put is told truthfully, without a key of the store")
{
    ColonyFilesWorld world;
    const auto file = put(world, world.folder.write("a", "hello"), "lab/raw/", "week.csv");
    CHECK(file.value().label == "/lab/raw");
    CHECK(file->size == 5);
    CHECK(file->checksum == to_hex(digest(Digest::sha256, "hello")));
    CHECK(world.objects.objects[file->object] == "hello");
    const Object& record = world.records.at(0);
    CHECK(part<std::string>(record, "label") == "/lab/raw");
    CHECK(part<std::string>(record, "checksumalg") == "SHA256");
    const auto stored = part<Object>(part<Object>(record, "ref"), "s3object");
    CHECK(part<std::string>(stored, "server") == "s3.example.net");
    CHECK(part<std::int64_t>(stored, "port") == 9000);
    CHECK(part<bool>(stored, "tls"));
    CHECK(part<std::string>(stored, "bucket") == "lab");
    CHECK(part<std::string>(stored, "object").size() == 64);
    for (const char* secret : {"accesskey", "secretkey", "encryptionkey"})
        CHECK(part<std::string>(stored, secret).empty());
}

TEST_CASE("the same content is put once, another one is a revision more")
{
    ColonyFilesWorld world;
    const std::string path = world.folder.write("a", "one");
    REQUIRE(put(world, path, "/l", "n").has_value());
    REQUIRE(put(world, path, "/l", "n").has_value());
    CHECK(world.revisions("/l", "n") == 1);
    world.folder.write("a", "two");
    REQUIRE(put(world, path, "/l", "n").has_value());
    CHECK(world.revisions("/l", "n") == 2);
    world.folder.write("a", "one");
    REQUIRE(put(world, path, "/l", "n").has_value());
    CHECK(world.revisions("/l", "n") == 3);
    CHECK(world.objects.objects.size() == 3);
}

TEST_CASE("bytes that are gone from the store are put again")
{
    ColonyFilesWorld world;
    const std::string path = world.folder.write("a", "one");
    REQUIRE(put(world, path, "/l", "n").has_value());
    world.objects.objects.clear();
    REQUIRE(put(world, path, "/l", "n").has_value());
    CHECK(get(world, "/l", "n", world.folder.at("b")).has_value());
}

TEST_CASE("what is got is what was put, in one step, and nothing is beside it")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "their bytes");
    REQUIRE(get(world, "/l", "n", world.folder.at("out")).has_value());
    CHECK(world.folder.read("out") == "their bytes");
    world.folder.write("out", "mine");
    REQUIRE(get(world, "/l", "n", world.folder.at("out")).has_value());
    CHECK(world.folder.read("out") == "their bytes");
    CHECK(std::distance(std::filesystem::directory_iterator{world.folder.path()}, {}) == 1);
}

TEST_CASE("a failure names the file in the colony, and says where its bytes were looked for when they are gone")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "bytes");
    const auto nowhere = get(world, "/l", "n", world.folder.at("no/such/out"));
    CHECK(nowhere.error().message.find("looks in") == std::string::npos);
    world.objects.objects.clear();
    const auto gone = get(world, "/l", "n", world.folder.at("out"));
    CHECK(gone.error().message.starts_with("cannot get '/l/n'"));
    CHECK(gone.error().message.find("looks in") != std::string::npos);
}

TEST_CASE("bytes that do not fit their checksum never have a final name")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "right");
    world.objects.objects.begin()->second = "wrong";
    const auto got = get(world, "/l", "n", world.folder.at("out"));
    CHECK(got.error().code == Errc::refused);
    CHECK(std::filesystem::is_empty(world.folder.path()));
}

TEST_CASE("a file of no bytes needs no object, and has one for readers that look")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "empty", "");
    REQUIRE(get(world, "/l", "empty", world.folder.at("out")).has_value());
    CHECK(std::filesystem::file_size(world.folder.at("out")) == 0);
    const auto file = put(world, world.folder.at("out"), "/l", "mine");
    CHECK(file.value().checksum == none);
    CHECK(world.objects.objects.contains(file->object));
}

TEST_CASE("a server that took a record and could not say so is not given it twice")
{
    ColonyFilesWorld world;
    const auto adding = world.colony.on["addfilemsg"];
    int lost = 0;
    world.colony.on["addfilemsg"] = [&](const Heard& call) {
        auto answer = adding(call);
        return ++lost == 1 ? refusal_of_server(502, "i/o timeout") : answer;
    };
    REQUIRE(put(world, world.folder.write("a", "x"), "/l", "n").has_value());
    CHECK(lost == 1);
    CHECK(world.revisions("/l", "n") == 1);
}

TEST_CASE("after a kill between bytes and record the same is put under the same key, once")
{
    ColonyFilesWorld world;
    const std::string path = world.folder.write("a", "x");
    world.colony.on["addfilemsg"] = [](const Heard&) { return refusal_of_server(400, "killed here"); };
    CHECK(put(world, path, "/l", "n").has_error());
    CHECK(world.objects.objects.size() == 1);
    ColonyFilesWorld other;
    other.objects.objects = world.objects.objects;
    const std::string key = world.objects.objects.begin()->first;
    world.colony.on["addfilemsg"] = other.colony.on["addfilemsg"];
    CHECK(put(world, path, "/l", "n").value().object == key);
    CHECK(world.objects.objects.size() == 1);
}

TEST_CASE("a listing has what is at and below a label, and leaves out what would lead elsewhere")
{
    ColonyFilesWorld world;
    for (const auto& [label, name] : std::vector<std::pair<std::string, std::string>>{{"/src", "b"},
                                                                                      {"/src", "a"},
                                                                                      {"/src/sub", "c"},
                                                                                      {"/srcold", "d"},
                                                                                      {"/src/../etc", "e"},
                                                                                      {"/src", ".."},
                                                                                      {"/src", "x/y"},
                                                                                      {"/src", std::string{"n\0n", 3}}})
        world.put_by_another(label, name, "x");
    CHECK(listed(world, "/src") == std::vector<std::string>{"/src a", "/src b", "/src/sub c"});
    CHECK(listed(world, "src/sub/") == std::vector<std::string>{"/src/sub c"});
    CHECK(listed(world, "/none").empty());
    CHECK(listed(world, "/").size() == 4);
}

TEST_CASE("a label that is below others is found without a file above it")
{
    ColonyFilesWorld world;
    world.put_by_another("/a/b/c", "n", "x");
    CHECK(listed(world, "/a") == std::vector<std::string>{"/a/b/c n"});
}

TEST_CASE("all revisions go, with their bytes; those of other names stay")
{
    ColonyFilesWorld world;
    const std::string path = world.folder.write("a", "one");
    REQUIRE(put(world, path, "/src", "n").has_value());
    world.folder.write("a", "two");
    REQUIRE(put(world, path, "/src", "n").has_value());
    world.put_by_another("/srcold", "n", "x");
    CHECK(world.run(cfs::remove(world.files(), "/src", "n")).value() == 2);
    CHECK(world.run(cfs::remove(world.files(), "/src", "n")).error().code == Errc::not_found);
    CHECK(world.run(cfs::remove_label(world.files(), "/src")).value() == 0);
    CHECK(world.records.size() == 1);
    CHECK(world.objects.objects.size() == 1);
}

TEST_CASE("a removal that was cut off is finished by the next one")
{
    ColonyFilesWorld world;
    REQUIRE(put(world, world.folder.write("a", "one"), "/l", "n").has_value());
    const auto removing = world.colony.on["removefilemsg"];
    world.colony.on["removefilemsg"] = [](const Heard&) { return refusal_of_server(400, "killed here"); };
    CHECK(world.run(cfs::remove(world.files(), "/l", "n")).has_error());
    CHECK(world.records.size() == 1);
    world.colony.on["removefilemsg"] = removing;
    CHECK(world.run(cfs::remove(world.files(), "/l", "n")).value() == 1);
    CHECK(world.records.empty());
}

TEST_CASE("what is not there is said by its name")
{
    ColonyFilesWorld world;
    CHECK(get(world, "/l", "n", world.folder.at("out")).error().message == "the colony has no file '/l/n'");
    CHECK(put(world, world.folder.at("missing"), "/l", "n").error().code == Errc::not_found);
    CHECK(put(world, world.folder.path(), "/l", "n").error().code == Errc::refused);
    CHECK(put(world, world.folder.write("a", "x"), "/l/..", "n").error().code == Errc::bad_arguments);
    CHECK(put(world, world.folder.at("a"), "/l", "a/../b").error().code == Errc::bad_arguments);
    world.put_by_another("/l", "lost", "x");
    world.objects.objects.clear();
    CHECK(get(world, "/l", "lost", world.folder.at("out")).error().message.find("memory/bucket") != std::string::npos);
}
