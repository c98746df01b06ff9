// The least that must be written to lose nothing: rows of the agent's tables into bare SQLite, a flush to the disk for
// each transaction (WAL, synchronous = FULL), for SECONDS. Prints rows a second; a job is a row that is written three
// times.
//
//   rows FOLDER submission|step|job ROWS-OF-A-TRANSACTION SECONDS

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr const char* tables = R"sql(
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;
CREATE TABLE invocation (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, function TEXT NOT NULL,
  source TEXT NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', note TEXT NOT NULL DEFAULT '',
  priority INTEGER NOT NULL DEFAULT 0, order_key TEXT, idempotency_key TEXT UNIQUE, not_before INTEGER,
  starts INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, submitted INTEGER NOT NULL, started INTEGER,
  ended INTEGER, outcome TEXT) STRICT;
CREATE INDEX invocation_open ON invocation (number) WHERE ended IS NULL;
CREATE INDEX invocation_ended ON invocation (ended) WHERE ended IS NOT NULL;
CREATE TABLE step (invocation TEXT NOT NULL, key TEXT NOT NULL, root TEXT NOT NULL, tries INTEGER NOT NULL,
  outcome TEXT NOT NULL, PRIMARY KEY (invocation, key)) STRICT, WITHOUT ROWID;
CREATE INDEX step_root ON step (root);
)sql";

constexpr const char* submitted = "INSERT INTO invocation (id, function, source, request, not_before, submitted) "
                                  "VALUES (?, 'bench.nothing', 'submit', '{\"args\":[],\"kwargs\":{}}', NULL, 1)";
constexpr const char* begun = "UPDATE invocation SET state = 'running', starts = 1, started = 1 WHERE id = ?";
constexpr const char* ended = "UPDATE invocation SET state = 'succeeded', outcome = '{\"ok\":[]}', ended = 1 "
                              "WHERE id = ?";
constexpr const char* recorded =
    "INSERT INTO step (invocation, key, root, tries, outcome) "
    "VALUES ('b4a9c1d2e3f405162738495a', ?, 'b4a9c1d2e3f405162738495a', 0, '{\"ok\":[1]}')";

class Database {
public:
    explicit Database(const std::string& folder)
    {
        expect(sqlite3_open((folder + "/rows.db").c_str(), &database_));
        run(tables);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { sqlite3_close_v2(database_); }

    sqlite3_stmt* prepare(const char* text)
    {
        sqlite3_stmt* statement = nullptr;
        expect(sqlite3_prepare_v3(database_, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        return statement;
    }

    void run(const char* text) { expect(sqlite3_exec(database_, text, nullptr, nullptr, nullptr)); }

    // One transaction.
    void write(sqlite3_stmt* statement, const std::vector<std::string>& ids)
    {
        run("BEGIN IMMEDIATE");
        for (const std::string& id : ids) {
            sqlite3_bind_text(statement, 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
            if (sqlite3_step(statement) != SQLITE_DONE)
                throw std::runtime_error{sqlite3_errmsg(database_)};
            sqlite3_reset(statement);
        }
        run("COMMIT");
    }

private:
    void expect(int code) const
    {
        if (code != SQLITE_OK)
            throw std::runtime_error{sqlite3_errmsg(database_)};
    }

    sqlite3* database_ = nullptr;
};

// As long as the agent's, and in no order, as those are.
std::vector<std::string> fresh_ids(std::size_t count)
{
    static unsigned long long seed = 0x9E3779B97F4A7C15;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<char, 25> text{};
        seed = seed * 6364136223846793005 + 1442695040888963407;
        std::snprintf(text.data(), text.size(), "%016llx%08llx", seed, seed >> 20 & 0xFFFFFFFF);
        ids.emplace_back(text.data());
    }
    return ids;
}

double rows_a_second(const std::string& folder, const std::string& what, std::size_t batch, double limit)
{
    using Clock = std::chrono::steady_clock;
    Database database{folder};
    std::vector<sqlite3_stmt*> statements;
    for (const char* text : what == "job"    ? std::vector{submitted, begun, ended}
                            : what == "step" ? std::vector{recorded}
                                             : std::vector{submitted})
        statements.push_back(database.prepare(text));
    std::size_t rows = 0;
    std::chrono::duration<double> passed{};
    for (const auto start = Clock::now(); passed.count() < limit; passed = Clock::now() - start) {
        const auto ids = fresh_ids(batch);
        for (sqlite3_stmt* statement : statements)
            database.write(statement, ids);
        rows += batch;
    }
    for (sqlite3_stmt* statement : statements)
        sqlite3_finalize(statement);
    return static_cast<double>(rows) / passed.count();
}

} // namespace

int main(int, char** argv)
{
    try {
        const double rate = rows_a_second(argv[1], argv[2], std::strtoul(argv[3], nullptr, 10), std::atof(argv[4]));
        std::cout << "{\"value\": " << rate << "}\n";
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "rows: " << error.what() << "\n";
        return 1;
    }
}
