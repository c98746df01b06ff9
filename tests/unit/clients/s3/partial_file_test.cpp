#include "clients/s3/partial_file.hpp"

#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

using namespace forager;
using namespace forager::s3;
using namespace forager::test;

namespace {

PartialFile::Plan plan(const TempFolder& folder, const std::string& object = "object one")
{
    PartialFile::Plan plan;
    plan.path = folder.at("file");
    plan.object = object;
    plan.size = 10;
    plan.range = 4;
    return plan;
}

std::size_t entries(const TempFolder& folder)
{
    return static_cast<std::size_t>(std::ranges::distance(std::filesystem::directory_iterator{folder.path()}));
}

} // namespace

TEST_CASE("ranges come in any order, and the file is there when all of it is committed")
{
    const TempFolder folder;
    auto file = PartialFile::open(plan(folder));
    REQUIRE(file);
    CHECK(file->ranges() == 3);
    CHECK(file->write(8, "ij"));
    CHECK(file->write(0, "abcd"));
    CHECK(file->write(4, "efgh"));
    CHECK_FALSE(std::filesystem::exists(folder.at("file")));
    CHECK(file->commit());
    CHECK(folder.read("file") == "abcdefghij");
    CHECK(entries(folder) == 1);
}

TEST_CASE("what is not committed leaves nothing behind")
{
    const TempFolder folder;
    {
        auto file = PartialFile::open(plan(folder));
        REQUIRE(file);
        CHECK(file->write(0, "abcd"));
    }
    CHECK(entries(folder) == 0);
}

TEST_CASE("what was kept goes on, for the same object and for no other")
{
    const TempFolder folder;
    {
        auto file = PartialFile::open(plan(folder));
        REQUIRE(file);
        CHECK(file->write(4, "efgh"));
        CHECK(file->mark(1));
        file->keep();
    }
    CHECK(entries(folder) == 1);
    {
        auto other = PartialFile::open(plan(folder, "object two"));
        REQUIRE(other);
        CHECK_FALSE(other->is_adopted());
        CHECK_FALSE(other->has(1));
    }
    {
        auto again = PartialFile::open(plan(folder));
        REQUIRE(again);
        CHECK(again->is_adopted());
        CHECK_FALSE(again->has(0));
        CHECK(again->has(1));
        CHECK_FALSE(again->has(2));
        CHECK(again->restart());
        CHECK_FALSE(again->has(1));
        again->keep();
    }
    auto unwilling = plan(folder);
    unwilling.adopts = false;
    auto fresh = PartialFile::open(std::move(unwilling));
    REQUIRE(fresh);
    CHECK_FALSE(fresh->has(1));
}

TEST_CASE("two at once do not meet")
{
    const TempFolder folder;
    auto one = PartialFile::open(plan(folder));
    auto two = PartialFile::open(plan(folder));
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->write(0, "abcdefghij"));
    CHECK(two->write(0, "0123456789"));
    CHECK(one->commit());
    CHECK(folder.read("file") == "abcdefghij");
    CHECK(two->commit());
    CHECK(folder.read("file") == "0123456789");
    CHECK(entries(folder) == 1);
}

TEST_CASE("a folder that is not there is told by the file's own name")
{
    const TempFolder folder;
    auto wanted = plan(folder);
    wanted.path = folder.at("none/file");
    const auto file = PartialFile::open(std::move(wanted));
    REQUIRE(file.has_error());
    CHECK(file.error().code == Errc::not_found);
    CHECK(file.error().message.find("none/file'") != std::string::npos);
    CHECK(write_whole_file(folder.at("none/file"), "x").error().code == Errc::not_found);
    CHECK(write_whole_file(folder.at("file"), "x"));
    CHECK(folder.read("file") == "x");
    CHECK(entries(folder) == 1);
}
