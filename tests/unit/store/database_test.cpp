#include "store/database.hpp"
#include "store/schema.hpp"
#include "store/write_ahead_log.hpp"

#include "other_user.hpp"
#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace forager;
using namespace forager::store;
using forager::test::TempFolder;

namespace fs = std::filesystem;

namespace {

void set(SQLite::Database& database, const std::string& key)
{
    SQLite::Statement insert{database, "INSERT INTO value VALUES ('test', ?, '1')"};
    insert.bind(1, key);
    insert.exec();
}

int values(SQLite::Database& database)
{
    return database.execAndGet("SELECT count(*) FROM value").getInt();
}

int pragma(SQLite::Database& database, const std::string& name)
{
    return database.execAndGet("PRAGMA " + name).getInt();
}

// A file with so much in it that its tables have several pages.
std::string filled(const TempFolder& folder, int count = 500)
{
    const std::string path = folder.at("state.db");
    auto opened = open_database(path);
    REQUIRE(opened);
    opened->database->exec("BEGIN");
    for (int n = 0; n < count; ++n)
        set(*opened->database, std::string(100, 'k') + std::to_string(n));
    opened->database->exec("COMMIT");
    return path;
}

// What a death leaves: the files as they are while the database is open.
void copy_while_open(const std::string& from, const std::string& to)
{
    for (const char* companion : {"", "-wal"})
        fs::copy_file(from + companion, to + companion);
}

void overwrite(const std::string& path, std::uintmax_t at, const std::string& bytes)
{
    std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(static_cast<std::streamoff>(at));
    file << bytes;
}

std::string noise(std::size_t count, unsigned seed)
{
    std::mt19937 random{seed};
    std::string bytes(count, ' ');
    for (char& byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

unsigned mode(const std::string& path)
{
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

void foreign_database(const std::string& path)
{
    SQLite::Database other{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    other.exec("CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('mine')");
}

// In a thread that the rights of files hold for, also when the test is root's.
Result<Opened> open_as_somebody(const std::string& path)
{
    Result<Opened> opened = Failure{};
    std::thread{[&] {
        (void)forager::test::become_nobody_in_this_thread();
        opened = open_database(path);
    }}.join();
    return opened;
}

} // namespace

TEST_CASE("a fresh file has this program's version and flushes every commit")
{
    const TempFolder folder;
    auto opened = open_database(folder.at("state.db"));
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(pragma(*opened->database, "user_version") == schema_version);
    CHECK(pragma(*opened->database, "synchronous") == 2);
    CHECK(opened->database->execAndGet("PRAGMA journal_mode").getString() == "wal");
    CHECK(values(*opened->database) == 0);
}

TEST_CASE("a file that is opened again holds what it held")
{
    const TempFolder folder;
    const std::string path = filled(folder);
    CHECK_FALSE(fs::exists(path + "-wal"));
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(values(*opened->database) == 500);
}

TEST_CASE("the file and those beside it are their owner's alone, whatever the umask, also those of earlier days")
{
    const TempFolder folder;
    const mode_t before = ::umask(022);
    const std::string path = filled(folder);
    ::umask(before);
    CHECK(mode(path) == 0600);
    fs::permissions(path, fs::perms{0644});
    auto opened = open_database(path);
    REQUIRE(opened);
    set(*opened->database, "more");
    for (const char* companion : {"", "-wal", "-shm"})
        CHECK(mode(path + companion) == 0600);
}

TEST_CASE("a file of a newer version is refused and stays as it is")
{
    const TempFolder folder;
    const std::string path = filled(folder);
    {
        SQLite::Database newer{path, SQLite::OPEN_READWRITE};
        newer.exec("PRAGMA user_version = " + std::to_string(schema_version + 1));
    }
    const std::string before = folder.read("state.db");
    const auto opened = open_database(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::refused);
    CHECK(opened.error().message == "the state file " + path + " is of version " + std::to_string(schema_version + 1) +
                                        ", but this agent knows versions up to " + std::to_string(schema_version) +
                                        ": install the newer agent again, or move the file away to begin anew");
    CHECK(folder.read("state.db") == before);
}

TEST_CASE("a database of another program is refused and stays as it is")
{
    const TempFolder folder;
    const std::string path = folder.at("state.db");
    SUBCASE("with tables")
    {
        foreign_database(path);
    }
    SUBCASE("with nothing but its version")
    {
        SQLite::Database other{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
        other.exec("PRAGMA user_version = 1");
    }
    const std::string before = folder.read("state.db");
    const auto opened = open_database(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message == path + " is a database of another program: choose another state_dir");
    CHECK(folder.read("state.db") == before);
}

TEST_CASE("a damaged file is set aside and a new one works in its place")
{
    const TempFolder folder;
    const std::string path = filled(folder);
    const auto size = fs::file_size(path);
    SUBCASE("cut in the middle")
    {
        fs::resize_file(path, size / 2);
    }
    SUBCASE("cut within a page")
    {
        fs::resize_file(path, size - 1000);
    }
    SUBCASE("cut to less than a header")
    {
        fs::resize_file(path, 50);
    }
    SUBCASE("a page of zeros")
    {
        overwrite(path, size - 3 * 4096, std::string(4096, '\0'));
    }
    SUBCASE("a first page of zeros")
    {
        overwrite(path, 0, std::string(4096, '\0'));
    }
    SUBCASE("noise in the middle")
    {
        overwrite(path, size / 2, noise(5000, 1));
    }
    SUBCASE("noise at the start")
    {
        overwrite(path, 0, noise(200, 2));
    }
    SUBCASE("noise behind the header")
    {
        overwrite(path, 100, noise(3000, 3));
    }
    SUBCASE("no database at all")
    {
        overwrite(path, 0, "this is a letter to somebody");
    }
    const std::string damaged = folder.read("state.db");

    auto opened = open_database(path);
    REQUIRE(opened);
    REQUIRE(opened->set_aside.starts_with(path + ".damaged-"));
    CHECK(folder.read(fs::path{opened->set_aside}.filename().string()) == damaged);
    CHECK_FALSE(fs::exists(opened->set_aside + "-wal")); // nothing was in it
    CHECK(values(*opened->database) == 0);
    set(*opened->database, "new");
    CHECK(mode(path) == 0600);
    opened->database.reset();
    auto again = open_database(path);
    REQUIRE(again);
    CHECK(again->set_aside.empty());
    CHECK(values(*again->database) == 1);
}

TEST_CASE("the log of a damaged file goes with it")
{
    const TempFolder folder;
    const std::string path = folder.at("copy.db");
    {
        const std::string original = filled(folder);
        auto opened = open_database(original);
        REQUIRE(opened);
        set(*opened->database, "in the log");
        copy_while_open(original, path);
    }
    overwrite(path, 0, noise(4096, 4));
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK_FALSE(opened->set_aside.empty());
    CHECK(values(*opened->database) == 0);
}

TEST_CASE("files set aside in the same second keep apart")
{
    const TempFolder folder;
    const std::string path = folder.at("state.db");
    std::vector<std::string> places;
    for (int n = 0; n < 3; ++n) {
        folder.write("state.db", "damage " + std::to_string(n));
        auto opened = open_database(path);
        REQUIRE(opened);
        places.push_back(opened->set_aside);
    }
    for (int n = 0; n < 3; ++n)
        CHECK(folder.read(fs::path{places[static_cast<std::size_t>(n)]}.filename().string()) ==
              "damage " + std::to_string(n));
}

TEST_CASE("what was committed before a death is there after it")
{
    const TempFolder folder;
    const std::string path = folder.at("copy.db");
    {
        const std::string original = filled(folder);
        auto opened = open_database(original);
        REQUIRE(opened);
        set(*opened->database, "in the log alone");
        set(*opened->database, "the last");
        copy_while_open(original, path);
    }
    int expected = 502;
    SUBCASE("with a whole log") {}
    SUBCASE("with a log whose last commit is torn")
    {
        fs::resize_file(path + "-wal", fs::file_size(path + "-wal") - 1);
        expected = 501;
    }
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(values(*opened->database) == expected);
}

TEST_CASE("what a killed program had committed is there")
{
    const TempFolder folder;
    const std::string path = filled(folder, 1);
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        auto opened = open_database(path);
        for (int n = 0; opened; ++n) {
            set(*opened->database, std::to_string(n));
            (void)!::write(ends[1], "x", 1);
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    int committed = 0;
    for (char byte = 0; committed < 60 && ::read(ends[0], &byte, 1) == 1;)
        ++committed;
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    ::close(ends[0]);
    CHECK(committed == 60);
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(values(*opened->database) > committed);
}

TEST_CASE("a log whose file is gone or empty is set aside with what there is, and nothing of it is written")
{
    const TempFolder folder;
    const std::string path = folder.at("copy.db");
    {
        const std::string original = filled(folder);
        auto opened = open_database(original);
        REQUIRE(opened);
        set(*opened->database, "in the log alone");
        copy_while_open(original, path);
    }
    const std::string log = folder.read("copy.db-wal");
    const std::string file = folder.read("copy.db");
    SUBCASE("gone")
    {
        fs::remove(path);
    }
    SUBCASE("empty")
    {
        fs::resize_file(path, 0);
    }
    auto opened = open_database(path);
    REQUIRE(opened);
    REQUIRE(opened->set_aside.starts_with(path + ".damaged-"));
    CHECK(opened->damage == "the state file is empty or gone, but not the log beside it: it is kept as " +
                                opened->set_aside + ", and the agent begins with an empty one");
    const std::string kept = fs::path{opened->set_aside}.filename().string();
    CHECK(folder.read(kept + "-wal") == log);
    CHECK(values(*opened->database) == 0);
    set(*opened->database, "new");
    opened->database.reset();
    folder.write(kept, file); // the two together again are what they were
    CHECK(values(*open_database(folder.at(kept))->database) == 501);
}

TEST_CASE("a log beside another file is set aside with that, and neither is written")
{
    const TempFolder folder;
    const std::string path = folder.at("copy.db");
    {
        const std::string original = filled(folder);
        auto opened = open_database(original);
        REQUIRE(opened);
        for (int n = 0; n < 20; ++n)
            set(*opened->database, std::string(100, 'l') + std::to_string(n * 31));
        copy_while_open(original, path);
    }
    const std::string log = folder.read("copy.db-wal");
    {
        auto other = open_database(folder.at("other.db"));
        REQUIRE(other);
        for (int n = 0; n < 2000; ++n)
            set(*other->database, "another" + std::to_string(n));
    }
    fs::rename(folder.at("other.db"), path);
    const std::string file = folder.read("copy.db");
    auto opened = open_database(path);
    REQUIRE(opened);
    REQUIRE_FALSE(opened->set_aside.empty());
    const std::string kept = fs::path{opened->set_aside}.filename().string();
    CHECK(folder.read(kept) == file);
    CHECK(folder.read(kept + "-wal") == log);
}

TEST_CASE("an empty file is a new one, and told")
{
    const TempFolder folder;
    folder.write("state.db", "");
    auto opened = open_database(folder.at("state.db"));
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(opened->damage.find("is there and empty") != std::string::npos);
    opened->database.reset();
    CHECK(open_database(folder.at("state.db"))->damage.empty());
    CHECK(open_database(folder.at("fresh.db"))->damage.empty());
}

TEST_CASE("what is lost in a damaged log is told, the log is kept, and what stands before the damage is there")
{
    const TempFolder folder;
    const std::string path = folder.at("copy.db");
    {
        const std::string original = filled(folder);
        auto opened = open_database(original);
        REQUIRE(opened);
        for (int n = 0; n < 20; ++n)
            set(*opened->database, "in the log " + std::to_string(n));
        copy_while_open(original, path);
    }
    overwrite(path + "-wal", fs::file_size(path + "-wal") / 2, noise(5000, 5));
    const std::string log = folder.read("copy.db-wal");
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(values(*opened->database) > 500);
    CHECK(values(*opened->database) < 520);
    INFO(opened->damage);
    CHECK(opened->damage.starts_with("the log of the state file is damaged: what the last "));
    const std::size_t at = opened->damage.find(path + ".damaged-");
    REQUIRE(at != std::string::npos);
    CHECK(folder.read(fs::path{opened->damage.substr(at)}.filename().string()) == log);
}

TEST_CASE("the end of a log that was not flushed when the power went is no damage")
{
    const TempFolder folder;
    const std::string path = folder.at("copy.db");
    {
        auto opened = open_database(filled(folder));
        REQUIRE(opened);
        for (int n = 0; n < 20; ++n)
            set(*opened->database, "in the log " + std::to_string(n));
        copy_while_open(folder.at("state.db"), path);
    }
    constexpr std::size_t frame = 24 + 4096;
    const std::size_t unflushed = (most_unflushed + 1) * frame;
    overwrite(path + "-wal", fs::file_size(path + "-wal") - unflushed + 500, noise(100, 5));
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK(opened->damage.empty());
    CHECK(values(*opened->database) < 520);
}

TEST_CASE("a place where no file can be is a failure that says what to do")
{
    const TempFolder folder;
    SUBCASE("no folder")
    {
        const auto opened = open_database(folder.at("missing/state.db"));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().message ==
              "the state file cannot be opened: check that its folder exists and belongs to this user");
    }
    SUBCASE("a folder of that name")
    {
        fs::create_directory(folder.at("state.db"));
        CHECK_FALSE(open_database(folder.at("state.db")));
    }
    SUBCASE("a folder that cannot be written")
    {
        fs::permissions(folder.path(), fs::perms{0555});
        const auto opened = open_as_somebody(folder.at("state.db"));
        fs::permissions(folder.path(), fs::perms{0700});
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == Errc::refused);
    }
    SUBCASE("a file that cannot be written")
    {
        const std::string path = filled(folder);
        fs::permissions(folder.path(), fs::perms{0777});
        fs::permissions(path, fs::perms{0444});
        if (::geteuid() == 0)
            REQUIRE(::chown(path.c_str(), forager::test::nobody, forager::test::nobody) == 0);
        const auto opened = open_as_somebody(path);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().message == "the state file cannot be written: it or its disk is read-only");
        CHECK_FALSE(fs::exists(path + ".damaged"));
    }
}

TEST_CASE("two programs with the same file do not spoil it")
{
    const TempFolder folder;
    const std::string path = filled(folder, 1);
    const auto write_many = [&](const std::string& who) {
        auto opened = open_database(path);
        if (!opened || !opened->set_aside.empty())
            return 1;
        for (int n = 0; n < 100; ++n)
            set(*opened->database, who + std::to_string(n));
        return 0;
    };
    std::vector<pid_t> children;
    for (const char* who : {"a", "b"}) {
        const pid_t child = ::fork();
        if (child == 0) {
            int status = 2;
            try {
                status = write_many(who);
            } catch (const std::exception&) {
            }
            ::_exit(status);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == 0);
    }
    auto opened = open_database(path);
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    CHECK(values(*opened->database) == 201);
}
