#include "core/backup_name.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace forager;

namespace {

BackupName name_of_database(std::string database)
{
    BackupName name;
    name.origin = {BackupKind::database, "db.example.org", std::move(database)};
    name.made = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + std::chrono::hours{5} +
                std::chrono::milliseconds{26'035'123};
    name.maker = "1a2b3c4d5e6f";
    name.suffix = "dump";
    return name;
}

} // namespace

TEST_CASE("a backup's key says what it is of, and when it was made")
{
    BackupName name = name_of_database("app");
    CHECK(key_of("backups", name) ==
          "backups/db.example.org/postgres/app/backup_app_20261129T121355.123Z_1a2b3c4d5e6f.dump");
    name.encrypted = true;
    CHECK(file_name(name) == "backup_app_20261129T121355.123Z_1a2b3c4d5e6f.dump.age");
    name.origin = {BackupKind::directory, "edge7", "/srv/my files"};
    name.suffix = "tar.gz";
    CHECK(key_of("", name) ==
          "edge7/directory/~2Fsrv~2Fmy~20files/backup_my~20files_20261129T121355.123Z_1a2b3c4d5e6f.tar.gz.age");
}

TEST_CASE("every key is read back, whatever the database is called")
{
    const std::array<std::string, 10> databases = {"app",
                                                   "a_b_20261129T121355.123Z_x.dump",
                                                   "..",
                                                   ".",
                                                   "a/b",
                                                   "~2F",
                                                   "",
                                                   "日本",
                                                   std::string{"\0x", 2},
                                                   std::string(100, 'y')};
    for (const std::string& database : databases)
        for (const std::string prefix : {"backups", "a/b", ""}) {
            const BackupName name = name_of_database(database);
            const std::string key = key_of(prefix, name);
            const auto read = parse_backup_key(prefix, key);
            REQUIRE_MESSAGE(read, key);
            CHECK(*read == name);
            CHECK(key.find("..") == std::string::npos);
        }
}

TEST_CASE("two databases never share a folder, nor do two servers")
{
    const auto folder = [](std::string place, std::string database) {
        return backup_folder("b", {BackupKind::database, std::move(place), std::move(database)});
    };
    CHECK(folder("h", "a") != folder("h", "A"));
    CHECK(folder("h", "a/b") != folder("h", "a~2Fb"));
    CHECK(folder("h", "a") != folder("h/postgres/a", ""));
    CHECK(folder("h", "app").starts_with(folder("h", "a")) == false);
}

TEST_CASE("what is not called as backups are is no backup")
{
    const std::string good = key_of("backups", name_of_database("app"));
    REQUIRE(parse_backup_key("backups", good));
    for (const std::string key :
         {"backups/backup_1700000000.bak", "backups/db/postgres/app/notes.txt", "backups/db/postgres/app/",
          "backups/db/postgres/app/backup_app_20261329T121355.123Z_1a.dump",
          "backups/db/postgres/app/backup_app_99991231T000000.000Z_1a.dump",
          "backups/db/postgres/app/backup_app_19691231T000000.000Z_1a.dump",
          "backups/db/postgres/app/backup_app_20261129T241355.123Z_1a.dump",
          "backups/db/postgres/app/backup_app_20261129T126055.123Z_1a.dump",
          "backups/db/postgres/app/backup_app_20261129T121361.123Z_1a.dump",
          "backups/db/postgres/app/backup_app_20261129T121355.123Z_1a.exe",
          "backups/db/postgres/app/backup_app_20261129T121355.123Z_.dump",
          "backups/db/postgres/app/backup_other_20261129T121355.123Z_1a.dump",
          "backups/db/postgres/app/backup_app_20261129T121355.123Z_1 a.dump",
          "backups/db/postgres/app/x/backup_app_20261129T121355.123Z_1a.dump",
          "backups/db/mysql/app/backup_app_20261129T121355.123Z_1a.dump",
          "backups/db/postgres/~2/backup_~2_20261129T121355.123Z_1a.dump",
          "others/db/postgres/app/backup_app_20261129T121355.123Z_1a.dump"})
        CHECK_MESSAGE(!parse_backup_key("backups", key), key);
    CHECK(!parse_backup_key("backup", good));
    CHECK(!parse_backup_key("backups/db", good));
}
