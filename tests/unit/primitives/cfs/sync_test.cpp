#include "primitives/cfs/sync.hpp"

#include "colony_files.hpp"
#include "primitives/cfs/checksums.hpp"
#include "primitives/cfs/folder_lock.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>

using namespace forager;
using namespace forager::test;
namespace fs = std::filesystem;

namespace {

Result<cfs::SyncReport> sync(ColonyFilesWorld& world, SyncRules rules = {}, bool dry = false,
                             const std::string& folder = "d")
{
    cfs::SyncWish wish;
    wish.folder = world.folder.at(folder);
    wish.label = "/l";
    wish.rules = rules;
    wish.dry = dry;
    return world.run(cfs::sync(world.files(), wish));
}

std::set<std::string> names_in(const std::string& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator{folder})
        if (!entry.is_directory())
            names.insert(fs::relative(entry.path(), folder).string());
    return names;
}

} // namespace

TEST_CASE("a folder and a label become the same, with all that is below them")
{
    ColonyFilesWorld world;
    world.folder.write("d/mine", "1");
    world.folder.write("d/a/b/deep", "22");
    world.put_by_another("/l", "theirs", "333");
    world.put_by_another("/l/x/y", "theirs", "4444");
    world.put_by_another("/lold", "other", "5");
    const auto report = sync(world);
    CHECK(report.value().uploaded == 2);
    CHECK(report->downloaded == 2);
    CHECK(report->conflicts == 0);
    CHECK(report->uploaded_bytes == 3);
    CHECK(report->downloaded_bytes == 7);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"mine", "a/b/deep", "theirs", "x/y/theirs"});
    CHECK(world.folder.read("d/x/y/theirs") == "4444");
    CHECK(world.revisions("/l/a/b", "deep") == 1);
    const auto again = sync(world);
    CHECK(again.value().plan.steps.empty());
    CHECK(again->plan.unchanged == 4);
}

TEST_CASE("a plan is told and not done")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "theirs", "333");
    const auto missing = sync(world, {}, true);
    CHECK(missing.value().downloaded == 1);
    CHECK_FALSE(fs::exists(world.folder.at("d")));
    world.folder.write("d/mine", "1");
    world.folder.write("d/theirs", "else");
    const auto report = sync(world, {}, true);
    CHECK(report.value().uploaded == 2);
    CHECK(report->conflicts == 1);
    CHECK(world.objects.calls["put_file"] == 0);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"mine", "theirs"});
    const Object table = cfs::table_of(*report, true);
    CHECK(part<Array>(table, "plan").size() == 2);
    CHECK(part<std::string>(*part<Array>(table, "plan")[1].get<Object>(), "action") == "upload");
}

TEST_CASE("of two with other content the wanted one wins, and the other stays a revision")
{
    for (const bool keep_remote : {false, true}) {
        ColonyFilesWorld world;
        world.put_by_another("/l", "n", "theirs");
        world.folder.write("d/n", "mine");
        const auto report = sync(world, {.keep_remote = keep_remote});
        CHECK(report.value().conflicts == 1);
        CHECK(report->uploaded == (keep_remote ? 0 : 1));
        CHECK(report->downloaded == (keep_remote ? 1 : 0));
        CHECK(world.folder.read("d/n") == (keep_remote ? "theirs" : "mine"));
        CHECK(world.revisions("/l", "n") == (keep_remote ? 1 : 2));
    }
}

TEST_CASE("a folder where the label has a file is named as what is in the way, and stays")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "theirs");
    world.put_by_another("/l", "other", "o");
    world.folder.write("d/n/inner", "mine");
    const auto report = sync(world);
    REQUIRE(!report);
    CHECK(report.error().message.find("/d/n': a folder of that name is in the way") != std::string::npos);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"n/inner", "other"});
}

TEST_CASE("a mirror removes on the loser's side")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "theirs", "t");
    world.folder.write("d/mine", "m");
    CHECK(sync(world, {.mirror = true}).value().removed == 1);
    CHECK(world.revisions("/l", "theirs") == 0);
    CHECK(world.revisions("/l", "mine") == 1);
    world.folder.write("d/more", "m");
    CHECK(sync(world, {.keep_remote = true, .mirror = true}).value().removed == 1);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"mine"});
}

TEST_CASE("a mirror of what is not there removes nothing")
{
    ColonyFilesWorld world;
    world.folder.write("d/mine", "1");
    world.put_by_another("/other", "theirs", "2");
    const auto slip = sync(world, {.keep_remote = true, .mirror = true});
    CHECK(slip.error().code == Errc::not_found);
    CHECK(world.folder.read("d/mine") == "1");
    world.put_by_another("/l", "theirs", "2");
    CHECK(sync(world, {.mirror = true}, false, "none").error().code == Errc::not_found);
    CHECK(world.revisions("/l", "theirs") == 1);
    CHECK(!fs::exists(world.folder.at("none")));
}

TEST_CASE("names that no path can have are told and not brought; those that are left alone here are there, too")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "good", "1");
    world.put_by_another("/l", "../bad", "2");
    world.put_by_another("/l/../../etc", "passwd", "3");
    world.put_by_another("/l/.forager-x", "hidden", "4");
    const auto report = sync(world);
    REQUIRE(report.value().skipped.size() == 2);
    CHECK(report->skipped.front().path == "/l/../../etc");
    CHECK(report->skipped.back().path == "/l/../bad");
    CHECK(names_in(world.folder.path()) == std::set<std::string>{"d/good"});
}

TEST_CASE("a folder that is skipped is skipped on both sides")
{
    ColonyFilesWorld world;
    world.folder.write("d/good", "1");
    world.folder.write("elsewhere/theirs", "mine");
    fs::create_directory_symlink("../elsewhere", world.folder.at("d/link"));
    world.put_by_another("/l/link", "theirs", "2");
    const auto report = sync(world, {.mirror = true});
    CHECK(report.value().skipped.size() == 1);
    CHECK(world.revisions("/l/link", "theirs") == 1);
    CHECK(world.folder.read("elsewhere/theirs") == "mine");
}

TEST_CASE("what did not change is not read again, also by an agent that comes later")
{
    ColonyFilesWorld world;
    world.folder.write("d/a/n", "content");
    world.put_by_another("/l", "theirs", "t");
    CHECK(sync(world).value().hashed == 1);
    std::size_t hashed = 1; // until the change is older than a tick of the kernel's clock
    for (int tries = 0; tries < 1000 && hashed > 0; ++tries)
        hashed = sync(world).value().hashed;
    CHECK(hashed == 0);
    world.folder.write("d/a/n", "changed");
    CHECK(sync(world).value().hashed == 1);
    CHECK(world.revisions("/l/a", "n") == 2);
}

TEST_CASE("a file that was changed a moment ago is read again: it may change without a trace")
{
    ColonyFilesWorld world;
    const std::string path = world.folder.write("n", "content");
    cfs::Checksums checksums = cfs::Checksums::load(world.state.path(), "/d");
    const auto identity = cfs::blocking::identity_of(path).value();
    checksums.add("n", identity, "sum", identity.changed + 1'000'000);
    CHECK_FALSE(checksums.find("n", identity).has_value());
    checksums.add("n", identity, "sum", identity.changed + 1'000'000'000);
    CHECK(checksums.find("n", identity) == "sum");
    checksums.save();
    CHECK(cfs::Checksums::load(world.state.path(), "/d").find("n", identity) == "sum");
    CHECK_FALSE(cfs::Checksums::load(world.state.path(), "/e").find("n", identity).has_value());
    cfs::Identity other = identity;
    ++other.inode;
    CHECK_FALSE(cfs::Checksums::load(world.state.path(), "/d").find("n", other).has_value());
}

TEST_CASE("a cache that is no cache is none")
{
    ColonyFilesWorld world;
    cfs::Checksums checksums = cfs::Checksums::load(world.state.path(), "/d");
    checksums.add("a b", {1, 2, 3, 4}, "sum", std::numeric_limits<std::int64_t>::max());
    checksums.save();
    const std::string file = fs::directory_iterator
    {
        world.state.path()
    } -> path();
    CHECK(cfs::Checksums::load(world.state.path(), "/d").size() == 1);
    for (const char* text : {"", "nonsense", "forager checksums 1\nsum x y z w a\nsum 1 2\n", "forager checksums 1"}) {
        std::ofstream{file} << text;
        CHECK(cfs::Checksums::load(world.state.path(), "/d").size() == 0);
    }
}

TEST_CASE("links are followed while they stay in the folder, and told when they do not")
{
    ColonyFilesWorld world;
    world.folder.write("secret", "s");
    world.folder.write("d/real", "r");
    fs::create_symlink("real", world.folder.at("d/inside"));
    fs::create_symlink("../secret", world.folder.at("d/outside"));
    fs::create_symlink("nowhere", world.folder.at("d/dangling"));
    fs::create_directory_symlink("..", world.folder.at("d/up"));
    const auto report = sync(world);
    CHECK(report.value().uploaded == 2);
    CHECK(report->skipped.size() == 3);
    CHECK(world.revisions("/l", "inside") == 1);
    CHECK(world.revisions("/l", "outside") == 0);
}

TEST_CASE("a link in the folder lets nothing out of it")
{
    ColonyFilesWorld world;
    fs::create_directories(world.folder.at("d"));
    fs::create_directories(world.folder.at("elsewhere"));
    fs::create_directory_symlink("../elsewhere", world.folder.at("d/x"));
    fs::create_symlink("../elsewhere/new", world.folder.at("d/n"));
    world.put_by_another("/l/x", "n", "t");
    world.put_by_another("/l", "n", "t");
    CHECK(sync(world).value().skipped.size() == 2);
    CHECK(fs::is_empty(world.folder.at("elsewhere")));
}

TEST_CASE("one that cannot be brought is told, and the others are brought")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "lost", "x");
    world.put_by_another("/l", "there", "y");
    world.objects.objects.erase("other-0");
    world.folder.write("d/mine", "m");
    const auto report = sync(world);
    CHECK(report.error().message.starts_with("1 file was not brought in line: cannot get '/l/lost'"));
    CHECK(part<std::int64_t>(report.error().details, "uploaded") == 1);
    CHECK(part<std::int64_t>(report.error().details, "downloaded") == 1);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"mine", "there"});
}

TEST_CASE("a store that refuses all is not asked for each of many")
{
    ColonyFilesWorld world;
    for (int i = 0; i < 100; ++i)
        world.folder.write("d/" + std::to_string(i), "x");
    world.objects.fails = [](std::string_view, const std::string&) -> std::optional<Failure> {
        return Failure{Errc::refused, "no"};
    };
    CHECK(sync(world).error().message.find("no") != std::string::npos);
    CHECK(world.objects.calls["put_file"] < 30);
    CHECK(world.records.empty());
}

TEST_CASE("a store that is away ends it, and the next one goes on where it was")
{
    ColonyFilesWorld world;
    for (int i = 0; i < 40; ++i)
        world.folder.write("d/" + std::to_string(i), std::to_string(i));
    int left = 10;
    world.objects.fails = [&](std::string_view call, const std::string&) -> std::optional<Failure> {
        if (call != "put_file" || left-- > 0)
            return {};
        return Failure{Errc::unreachable, "nobody there"};
    };
    const auto cut = sync(world);
    CHECK(cut.error().code == Errc::unreachable);
    CHECK(part<std::int64_t>(cut.error().details, "uploaded") == 10);
    world.objects.fails = {};
    CHECK(sync(world).value().uploaded == 30);
    for (int i = 0; i < 40; ++i)
        CHECK(world.revisions("/l", std::to_string(i)) == 1);
    CHECK(world.objects.objects.size() == 40);
}

TEST_CASE("a file that changes here while its like is fetched stays as it was changed")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "theirs");
    world.folder.write("d/n", "mine");
    world.objects.fails = [&](std::string_view call, const std::string&) -> std::optional<Failure> {
        if (call == "get_file")
            world.folder.write("d/n", "changed meanwhile");
        return {};
    };
    CHECK(sync(world, {.keep_remote = true}).error().message.find("changed meanwhile") != std::string::npos);
    CHECK(world.folder.read("d/n") == "changed meanwhile");
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"n"});
}

TEST_CASE("a file that appears here while its like is fetched stays")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "theirs");
    world.objects.fails = [&](std::string_view call, const std::string&) -> std::optional<Failure> {
        if (call == "get_file")
            world.folder.write("d/n", "appeared");
        return {};
    };
    CHECK(sync(world).has_error());
    CHECK(world.folder.read("d/n") == "appeared");
}

TEST_CASE("a file that changes while it is put is told, and has no record of what it was")
{
    ColonyFilesWorld world;
    world.folder.write("d/n", "before");
    world.objects.fails = [&](std::string_view call, const std::string&) -> std::optional<Failure> {
        if (call == "put_file")
            world.folder.write("d/n", "after");
        return {};
    };
    CHECK(sync(world).has_error());
    CHECK(world.records.size() <= 1);
    world.objects.fails = {};
    REQUIRE(sync(world).has_value());
    CHECK(part<std::string>(world.records.back(), "checksum") == to_hex(digest(Digest::sha256, "after")));
}

TEST_CASE("what a killed sync had fetched is not fetched again, and its leftovers go")
{
    ColonyFilesWorld world;
    world.put_by_another("/l", "n", "theirs");
    world.folder.write("d/.forager-sync-stale", "half of something");
    world.folder.write("d/.cfs", R"({"label":"/l"})");
    CHECK(sync(world).value().downloaded == 1);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{".cfs", "n"});
    CHECK(world.records.size() == 1);
}

TEST_CASE("leftovers of a killed sync go from folders in which nothing is fetched any more")
{
    ColonyFilesWorld world;
    world.folder.write("d/a/n", "x");
    world.folder.write("d/a/.forager-sync-0123-part-4567", "half of what is gone");
    world.folder.write("d/a/.forager-get-0123", "somebody else's");
    CHECK(sync(world).value().uploaded == 1);
    CHECK(names_in(world.folder.at("d")) == std::set<std::string>{"a/n", "a/.forager-get-0123"});
}

TEST_CASE("what a killed sync was sending goes from the store when the file is another one, or gone")
{
    struct Killed {};
    for (const bool gone : {false, true}) {
        ColonyFilesWorld world;
        world.folder.write("d/n", "before");
        world.objects.fails = [&](std::string_view call, const std::string& key) -> std::optional<Failure> {
            if (call != "put_file")
                return {};
            world.objects.uploads.push_back({});
            world.objects.uploads.back().key = key;
            world.objects.objects[key] = "before";
            throw Killed{};
        };
        CHECK_THROWS_AS(sync(world), Killed);
        world.objects.fails = {};
        fs::remove(world.folder.at("d/n"));
        if (!gone)
            world.folder.write("d/n", "after");
        CHECK(sync(world).has_value());
        CHECK(world.objects.uploads.empty());
        CHECK(world.objects.objects.size() == (gone ? 0 : 1));
        for (const std::string& name : names_in(world.state.at("cfs")))
            CHECK_FALSE(name.starts_with("sending-"));
    }
}

TEST_CASE("bytes whose record is refused do not stay, and what is recorded does")
{
    ColonyFilesWorld world;
    world.folder.write("d/n", "x");
    const auto add = std::exchange(world.colony.on["addfilemsg"],
                                   [](const Heard&) { return refusal_of_server(403, "you may not"); });
    CHECK(sync(world).has_error());
    CHECK(world.objects.objects.empty());
    // The server has it, and says no all the same: it is looked before the bytes go.
    world.colony.on["addfilemsg"] = [&](const Heard& call) {
        (void)add(call);
        return refusal_of_server(403, "you may not");
    };
    CHECK(sync(world).has_value());
    CHECK(world.objects.objects.size() == 1);
    CHECK(world.revisions("/l", "n") == 1);
}

TEST_CASE("two with folders of their own and one label lose nothing")
{
    ColonyFilesWorld world;
    world.folder.write("a/one", "1");
    world.folder.write("a/same", "from a");
    world.folder.write("b/two", "2");
    world.folder.write("b/same", "from b");
    REQUIRE(sync(world, {}, false, "a").has_value());
    REQUIRE(sync(world, {}, false, "b").has_value());
    REQUIRE(sync(world, {.keep_remote = true}, false, "a").has_value());
    for (const char* folder : {"a", "b"})
        CHECK(names_in(world.folder.at(folder)) == std::set<std::string>{"one", "same", "two"});
    CHECK(world.folder.read("a/same") == "from b");
    CHECK(world.revisions("/l", "same") == 2);
}

TEST_CASE("one sync at a time in a folder; the next waits")
{
    ColonyFilesWorld world;
    world.folder.write("d/n", "x");
    auto held = world.run(cfs::lock_folder(world.files(), world.folder.at("d")));
    REQUIRE(held.has_value());
    bool waits = false;
    auto second = cfs::lock_folder(world.files(), world.folder.at("d"), [&] {
        waits = true;
        held = cfs::FolderLock{};
    });
    CHECK(world.run(std::move(second)).has_value());
    CHECK(waits);
}
