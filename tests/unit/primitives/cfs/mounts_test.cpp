#include "primitives/cfs/mounts.hpp"

#include "colony_files.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

using namespace forager;
using namespace forager::test;
namespace fs = std::filesystem;

namespace {

boost::asio::awaitable<bool> begun(cfs::Mounts& mounts)
{
    co_await mounts.begin();
    co_return true;
}

void begin(ColonyFilesWorld& world, const std::string& process)
{
    cfs::Mounts mounts{world.files(), FileMounts{}, process, [](const std::string&) {}};
    REQUIRE(world.run(begun(mounts)));
}

void make_old(const std::string& path)
{
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::days{31});
}

} // namespace

TEST_CASE("notes of processes that others took over go when they are old, and that of one tried again is new")
{
    ColonyFilesWorld world;
    for (const char* name : {"cfs/begun-c3", "cfs/ended-c3", "cfs/begun-a9", "cfs/sending-1"})
        make_old(world.state.write(name, ""));
    world.state.write("cfs/ended-lately", "");
    begin(world, "a9");
    for (const char* name : {"cfs/begun-c3", "cfs/ended-c3"})
        CHECK_FALSE(fs::exists(world.state.at(name)));
    for (const char* name : {"cfs/begun-a9", "cfs/ended-lately", "cfs/sending-1"})
        CHECK(fs::exists(world.state.at(name)));
    begin(world, "b2");
    CHECK(fs::exists(world.state.at("cfs/begun-a9")));
}
