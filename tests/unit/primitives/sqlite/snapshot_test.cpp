#include "primitives/sqlite/snapshot.hpp"

#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace forager;
using namespace forager::test;

namespace {

class Database {
public:
    explicit Database(const std::string& path)
    {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK)
            throw std::runtime_error{"cannot open the database"};
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { sqlite3_close(handle_); }

    void run(const std::string& sql)
    {
        if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error{sqlite3_errmsg(handle_)};
    }

    int count(const std::string& sql)
    {
        int rows = 0;
        sqlite3_exec(
            handle_, sql.c_str(),
            [](void* target, int, char** values, char**) {
                *static_cast<int*>(target) = std::atoi(values[0]);
                return 0;
            },
            &rows, nullptr);
        return rows;
    }

private:
    sqlite3* handle_ = nullptr;
};

const std::atomic<bool> go_on = false;

} // namespace

TEST_CASE("a database is copied while somebody has it open, with what is not merged yet")
{
    const TempFolder folder;
    Database live{folder.at("live.db")};
    live.run("PRAGMA journal_mode = wal; CREATE TABLE t (n); INSERT INTO t VALUES (1), (2), (3)");
    live.run("BEGIN; INSERT INTO t VALUES (4)");
    REQUIRE(sqlite::snapshot(folder.at("live.db"), folder.at("copy.db"), go_on).has_value());
    live.run("COMMIT");
    CHECK(Database{folder.at("copy.db")}.count("SELECT count(*) FROM t") == 3);
    CHECK(sqlite::check(folder.at("copy.db")).has_value());
}

TEST_CASE("what is no database is refused, and leaves nothing")
{
    const TempFolder folder;
    folder.write("text.db", std::string(10'000, 'x'));
    const auto copied = sqlite::snapshot(folder.at("text.db"), folder.at("copy.db"), go_on);
    REQUIRE(!copied);
    CHECK(copied.error().message.find("not a database") != std::string::npos);
    CHECK(!std::filesystem::exists(folder.at("copy.db")));
    CHECK(sqlite::snapshot(folder.at("none.db"), folder.at("copy.db"), go_on).error().code == Errc::not_found);
    CHECK(!std::filesystem::exists(folder.at("copy.db")));
}

TEST_CASE("a copy that is cancelled leaves nothing")
{
    const TempFolder folder;
    Database{folder.at("live.db")}.run("CREATE TABLE t (n)");
    const std::atomic<bool> stop = true;
    CHECK(sqlite::snapshot(folder.at("live.db"), folder.at("copy.db"), stop).error().code == Errc::cancelled);
    CHECK(!std::filesystem::exists(folder.at("copy.db")));
}

TEST_CASE("a damaged database is seen")
{
    const TempFolder folder;
    {
        Database live{folder.at("live.db")};
        live.run("CREATE TABLE t (n)");
        for (int i = 0; i < 200; ++i)
            live.run("INSERT INTO t VALUES (hex(randomblob(500)))");
    }
    REQUIRE(sqlite::check(folder.at("live.db")).has_value());
    std::fstream file{folder.at("live.db"), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(8192);
    file << std::string(20'000, '\xff');
    file.close();
    CHECK(!sqlite::check(folder.at("live.db")).has_value());
}
