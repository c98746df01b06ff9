#include "store/schema.hpp"

#include <array>
#include <cstddef>

namespace forager::store {

namespace {

// Times are milliseconds since 1970. `number` grows with every acceptance and is never given out twice.
constexpr const char* first_tables = R"sql(
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
)sql";

// `lease`: what a source needs to tell its peer the outcome; null for work of the agent's own, which nobody must be
// told of.
constexpr const char* outbox = R"sql(
ALTER TABLE invocation ADD COLUMN lease TEXT;
ALTER TABLE invocation ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
CREATE INDEX invocation_untold ON invocation (number) WHERE told = 0;
)sql";

// `asked_to_end`: when somebody cancelled what ran. Of the tries that are over: `tries_before` are those of earlier
// lives, which the retries of this one do not count, and `tries_cancelled` those that did not fail.
constexpr const char* endings = R"sql(
ALTER TABLE invocation ADD COLUMN asked_to_end INTEGER;
ALTER TABLE invocation ADD COLUMN tries_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invocation ADD COLUMN tries_cancelled INTEGER NOT NULL DEFAULT 0;
)sql";

// `overlaps`: see the submission. Whom somebody's outcome is told to: over which broker, and where there; null: nobody
// is waiting for it, or he has been told.
constexpr const char* replies = R"sql(
ALTER TABLE invocation ADD COLUMN overlaps INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invocation ADD COLUMN reply_broker TEXT;
ALTER TABLE invocation ADD COLUMN reply_to TEXT;
CREATE INDEX invocation_reply ON invocation (reply_broker, ended, number)
  WHERE reply_broker IS NOT NULL AND ended IS NOT NULL;
)sql";

// `monitor` is what is asked for, and `state` what was told of one container, as data.
constexpr const char* monitors = R"sql(
CREATE TABLE monitor (
  name TEXT PRIMARY KEY,
  monitor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE monitored (
  monitor TEXT NOT NULL,
  container TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (monitor, container)
) STRICT, WITHOUT ROWID;
)sql";

// `document` is all that is kept of one, as data; the rest is its key.
constexpr const char* documents = R"sql(
CREATE TABLE document (
  origin TEXT NOT NULL,
  space TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (origin, space, kind, name)
) STRICT, WITHOUT ROWID;
)sql";

// The n-th of them makes version n + 1 out of version n. One that was released is never changed.
constexpr std::array steps{first_tables, outbox, endings, monitors, replies, documents};

} // namespace

void migrate(SQLite::Database& database, int from, int to)
{
    static_assert(steps.size() == schema_version);
    for (int step = from; step < to; ++step)
        database.exec(steps.at(static_cast<std::size_t>(step)));
}

} // namespace forager::store
