#include "primitives/cfs/snapshots.hpp"

#include "colony_files.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace forager;
using namespace forager::test;

namespace {

Result<cfs::SyncReport> download(ColonyFilesWorld& world, const std::string& snapshot)
{
    cfs::SyncWish wish;
    wish.folder = world.folder.at("d");
    return world.run(cfs::download_snapshot(world.files(), snapshot, wish));
}

} // namespace

TEST_CASE("a snapshot's files come as they were then, nested ones into their folders")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "then");
    world.put_by_another("/l/sub", "n", "then below");
    world.put_by_another("/l/sub", "empty", "");
    const auto made = world.run(cfs::create_snapshot(world.files(), "l", "s1"));
    CHECK(part<std::int64_t>(made.value(), "files") == 3);
    world.put_by_another("/l", "n", "now");
    world.put_by_another("/l", "later", "x");
    world.folder.write("d/n", "then below"); // the content of another one with this name
    world.folder.write("d/mine", "m");
    CHECK(download(world, "s1").value().downloaded == 3);
    CHECK(world.folder.read("d/n") == "then");
    CHECK(world.folder.read("d/sub/n") == "then below");
    CHECK(std::filesystem::file_size(world.folder.at("d/sub/empty")) == 0);
    CHECK(world.folder.read("d/mine") == "m");
    CHECK_FALSE(std::filesystem::exists(world.folder.at("d/later")));
    CHECK(world.revisions("/l", "mine") == 0);
    const auto again = download(world, part<std::string>(made.value(), "id"));
    CHECK(again.value().downloaded == 0);
    CHECK(again->plan.unchanged == 3);
}

TEST_CASE("a file that was removed is said, and the others come")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "a", "1");
    world.put_by_another("/l", "b", "2");
    REQUIRE(world.run(cfs::create_snapshot(world.files(), "/l", "s")).has_value());
    REQUIRE(world.run(cfs::remove(world.files(), "/l", "a")).has_value());
    const auto got = download(world, "s");
    CHECK(got.error().code == Errc::not_found);
    CHECK(got.error().message.starts_with("1 of the 2 files of the snapshot 's' were removed"));
    CHECK(world.folder.read("d/b") == "2");
}

TEST_CASE("snapshots are listed, found by name and id, and removed")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "a", "1");
    const auto made = world.run(cfs::create_snapshot(world.files(), "/l", "s"));
    CHECK(world.run(cfs::list_snapshots(world.files())).value().size() == 1);
    CHECK(world.run(cfs::get_snapshot(world.files(), "s")).value() == made.value());
    CHECK(world.run(cfs::get_snapshot(world.files(), part<std::string>(*made, "id"))).has_value());
    CHECK(world.run(cfs::remove_snapshot(world.files(), "s")).has_value());
    CHECK(world.run(cfs::remove_snapshot(world.files(), "s")).error().code == Errc::not_found);
    CHECK(world.records.size() == 1);
}

TEST_CASE("a snapshot that would be empty is refused with the reason")
{
    ColonyFilesWorld world;
    CHECK(world.run(cfs::create_snapshot(world.files(), "/l", "s")).error().code == Errc::not_found);
    world.put_by_another("/l/sub", "a", "1");
    const auto refused = world.run(cfs::create_snapshot(world.files(), "/l", "s"));
    CHECK(refused.error().code == Errc::refused);
    CHECK(refused.error().message.find("'/l/sub'") != std::string::npos);
    CHECK(world.run(cfs::create_snapshot(world.files(), "/l/sub", "a:b")).error().code == Errc::bad_arguments);
    CHECK(world.run(cfs::create_snapshot(world.files(), "/l/sub", "")).error().code == Errc::bad_arguments);
    CHECK(world.snapshots.empty());
}
