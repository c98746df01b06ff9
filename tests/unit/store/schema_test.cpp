#include "store/schema.hpp"

#include "result_text.hpp"
#include "store/database.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;
using namespace forager::store;
using forager::test::TempFolder;

namespace {

// The tables of version 1 as they were released. Never edit them: a change of the tables is a further migration.
constexpr const char* version_1 = R"sql(
CREATE TABLE invocation (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  function TEXT NOT NULL,
  source TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  note TEXT NOT NULL DEFAULT '',
  priority INTEGER NOT NULL DEFAULT 0,
  order_key TEXT,
  idempotency_key TEXT UNIQUE,
  not_before INTEGER,
  starts INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  submitted INTEGER NOT NULL,
  started INTEGER,
  ended INTEGER,
  outcome TEXT
) STRICT;
CREATE INDEX invocation_open ON invocation (number) WHERE ended IS NULL;
CREATE INDEX invocation_ended ON invocation (ended) WHERE ended IS NOT NULL;
CREATE TABLE step (
  invocation TEXT NOT NULL,
  key TEXT NOT NULL,
  root TEXT NOT NULL,
  tries INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (invocation, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX step_root ON step (root);
CREATE TABLE signal (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  invocation TEXT NOT NULL,
  event TEXT NOT NULL,
  value TEXT NOT NULL
) STRICT;
CREATE INDEX signal_of ON signal (invocation, event);
CREATE TABLE log (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  invocation TEXT NOT NULL,
  at INTEGER NOT NULL,
  text BLOB NOT NULL
) STRICT;
CREATE INDEX log_of ON log (invocation);
CREATE TABLE value (
  space TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE schedule (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE handled_file (
  watch TEXT NOT NULL,
  path TEXT NOT NULL,
  inode INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (watch, path)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1181902706;
PRAGMA user_version = 1;
)sql";

std::string tables(SQLite::Database& database)
{
    return database.execAndGet("SELECT group_concat(sql, ';\n') FROM (SELECT sql FROM sqlite_schema ORDER BY name)")
        .getString();
}

void make_version_1(const std::string& path)
{
    SQLite::Database database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec(version_1);
    database.exec("INSERT INTO invocation (id, function, source, request, submitted) VALUES ('i', 'f', 's', '{}', 1);"
                  "INSERT INTO value VALUES ('space', 'key', '1')");
}

} // namespace

TEST_CASE("a file of version 1 becomes one of this version, with the tables of a fresh one and all that it held")
{
    const TempFolder folder;
    make_version_1(folder.at("old.db"));
    auto old = open_database(folder.at("old.db"));
    auto fresh = open_database(folder.at("fresh.db"));
    REQUIRE(old);
    REQUIRE(fresh);
    CHECK(old->set_aside.empty());
    CHECK(tables(*old->database) == tables(*fresh->database));
    CHECK(old->database->execAndGet("PRAGMA user_version").getInt() == schema_version);
    CHECK(old->database->execAndGet("SELECT count(*) FROM invocation, value").getInt() == 1);
}

TEST_CASE("the first migration makes the tables of version 1 as they were released")
{
    const TempFolder folder;
    make_version_1(folder.at("released.db"));
    SQLite::Database released{folder.at("released.db")};
    SQLite::Database made{":memory:", SQLite::OPEN_READWRITE};
    migrate(made, 0, 1);
    CHECK(tables(made) == tables(released));
}

TEST_CASE("a file from before there were documents keeps what it held, and takes some")
{
    constexpr int before_documents = 5;
    const TempFolder folder;
    {
        SQLite::Database before{folder.at("old.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
        migrate(before, 0, before_documents);
        before.exec("PRAGMA application_id = 1181902706; PRAGMA user_version = 5;"
                    "INSERT INTO monitor VALUES ('web', '{}')");
    }
    auto old = open_database(folder.at("old.db"));
    auto fresh = open_database(folder.at("fresh.db"));
    REQUIRE(old);
    REQUIRE(fresh);
    CHECK(tables(*old->database) == tables(*fresh->database));
    CHECK(old->database->execAndGet("SELECT count(*) FROM monitor").getInt() == 1);
    CHECK(old->database->execAndGet("SELECT count(*) FROM document").getInt() == 0);
}

TEST_CASE("there is nothing to migrate in a file of this version")
{
    SQLite::Database database{":memory:", SQLite::OPEN_READWRITE};
    migrate(database, schema_version);
    CHECK(tables(database).empty());
}
