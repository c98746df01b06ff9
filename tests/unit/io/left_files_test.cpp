#include "io/left_files.hpp"

#include "io/system_failure.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <filesystem>
#include <set>

using namespace forager;
using forager::test::TempFolder;
namespace fs = std::filesystem;

namespace {

bool any(const LeftFile&)
{
    return true;
}

Descriptor held(const std::string& path)
{
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    REQUIRE(::flock(file.number(), LOCK_EX) == 0);
    return file;
}

std::set<std::string> names_in(const TempFolder& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder.path()})
        names.insert(entry.path().filename().string());
    return names;
}

} // namespace

TEST_CASE("what nobody holds is removed, of one kind and one beginning alone")
{
    const TempFolder folder;
    for (const char* name : {"note-free", "note-held", "other"})
        folder.write(name, "");
    folder.write("note-folder/inner", "");
    fs::create_symlink(folder.at("other"), folder.at("note-link"));
    const Descriptor holding = held(folder.at("note-held"));
    remove_left(folder.path(), "note-", LeftKind::files, any);
    CHECK(names_in(folder) == std::set<std::string>{"note-held", "note-folder", "note-link", "other"});
    remove_left(folder.path(), "note-", LeftKind::folders, any);
    CHECK(names_in(folder) == std::set<std::string>{"note-held", "note-link", "other"});
}

TEST_CASE("who asks for it may look at its content and its age")
{
    const TempFolder folder;
    folder.write("old", "");
    folder.write("new", "");
    fs::last_write_time(folder.at("old"), fs::file_time_type::clock::now() - std::chrono::hours{2});
    std::set<std::string> seen;
    remove_left(folder.path(), "", LeftKind::files, [&](const LeftFile& file) {
        seen.insert(file.path);
        return file.age > std::chrono::hours{1} && ::fcntl(file.descriptor, F_GETFD) >= 0;
    });
    CHECK(seen == std::set<std::string>{folder.at("new"), folder.at("old")});
    CHECK(names_in(folder) == std::set<std::string>{"new"});
}

TEST_CASE("a folder that is not there has nothing left in it")
{
    const TempFolder folder;
    remove_left(folder.at("none"), "", LeftKind::files, any);
    CHECK(names_in(folder).empty());
}
