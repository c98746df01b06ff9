#include "store/write_ahead_log.hpp"

#include "temp_folder.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace forager::store;
using forager::test::TempFolder;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t frame = 24 + 4096;

// The log of ten commits, one frame each, behind that of the tables.
std::string ten_commits(const TempFolder& folder)
{
    SQLite::Database database{folder.at("state.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE value (number INTEGER)");
    database.exec("PRAGMA wal_checkpoint(RESTART)");
    for (int n = 0; n < 10; ++n)
        database.exec("INSERT INTO value VALUES (" + std::to_string(n) + ")");
    fs::copy_file(folder.at("state.db-wal"), folder.at("copy"));
    return folder.at("copy");
}

void spoil(const std::string& path, std::size_t at, const std::string& bytes)
{
    std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(static_cast<std::streamoff>(at));
    file << bytes;
}

} // namespace

TEST_CASE("a sound log, one that is cut, and none have lost nothing that can be told")
{
    const TempFolder folder;
    CHECK(commits_behind_damage(folder.at("none")) == 0);
    folder.write("empty", "");
    CHECK(commits_behind_damage(folder.at("empty")) == 0);
    const std::string log = ten_commits(folder);
    CHECK(commits_behind_damage(log) == 0);
    fs::resize_file(log, 32 + 6 * frame + 1000);
    CHECK(commits_behind_damage(log) == 0);
}

TEST_CASE("commits behind a damaged frame are counted, whatever of it is damaged")
{
    const TempFolder folder;
    const std::string log = ten_commits(folder);
    const std::size_t fourth = 32 + 3 * frame;
    std::size_t expected = 6;
    SUBCASE("its page")
    {
        spoil(log, fourth + 500, "noise");
        expected = 7; // its own head still says that it is one
    }
    SUBCASE("its head")
    {
        spoil(log, fourth, std::string(24, 'x'));
    }
    CHECK(commits_behind_damage(log) == expected);
}

TEST_CASE("a log whose head is damaged has lost all commits in it")
{
    const TempFolder folder;
    const std::string log = ten_commits(folder);
    spoil(log, 0, std::string(32, 'x'));
    CHECK(commits_behind_damage(log) == 10);
}

TEST_CASE("what is left of the log before it in the same file is no damage")
{
    const TempFolder folder;
    SQLite::Database database{folder.at("state.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE value (number INTEGER)");
    for (int n = 0; n < 10; ++n)
        database.exec("INSERT INTO value VALUES (" + std::to_string(n) + ")");
    database.exec("PRAGMA wal_checkpoint(RESTART)");
    database.exec("INSERT INTO value VALUES (11)");
    CHECK(fs::file_size(folder.at("state.db-wal")) > 32 + 10 * frame);
    CHECK(commits_behind_damage(folder.at("state.db-wal")) == 0);
}
