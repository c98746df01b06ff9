#include "primitives/files/temporary_file.hpp"

#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

using namespace forager;
using namespace forager::test;

namespace {

// The machine's temporary folder is this one.
class Place {
public:
    Place() { ::setenv("TMPDIR", folder.path().c_str(), 1); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { ::unsetenv("TMPDIR"); }

    std::size_t files() const
    {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder.path()})
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    }

    TempFolder folder;
};

// A process that is killed while it writes one.
void die_with_a_file()
{
    const pid_t child = ::fork();
    if (child == 0) {
        const auto file = TemporaryFile::make();
        std::ofstream{(*file)->path()}.flush();
        std::ofstream{(*file)->path() + ".part"}.flush();
        (void)::raise(SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

} // namespace

TEST_CASE("a file is gone with its object, and so is what was written beside it")
{
    const Place place;
    {
        const auto file = TemporaryFile::make();
        REQUIRE(file);
        std::ofstream{(*file)->path()}.flush();
        std::ofstream{(*file)->path() + ".part"}.flush();
        CHECK(place.files() == 2);
    }
    CHECK(std::filesystem::is_empty(place.folder.path()));
}

TEST_CASE("what a killed process has left goes with the next file, or when somebody looks; what is in use stays")
{
    const Place place;
    die_with_a_file();
    CHECK(place.files() == 2);
    const auto file = TemporaryFile::make();
    REQUIRE(file);
    CHECK(place.files() == 0);
    std::ofstream{(*file)->path()}.flush();
    die_with_a_file();
    std::ofstream{place.folder.at("forager-archive-of-somebody")}.flush();
    CHECK(place.files() == 4);
    remove_left_files();
    CHECK(place.files() == 2);
    CHECK(std::filesystem::exists((*file)->path()));
}
