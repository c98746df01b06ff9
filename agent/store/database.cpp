#include "store/database.hpp"

#include "store/damage.hpp"
#include "store/schema.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace forager::store {

namespace {

constexpr int application_id = 0x46726772; // "Frgr": whose file it is

class Damaged : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

int pragma(SQLite::Database& database, const std::string& name)
{
    return database.execAndGet("PRAGMA " + name).getInt();
}

Failure newer(const std::string& path, int version)
{
    return {Errc::refused, "the state file " + path + " is of version " + std::to_string(version) +
                               ", but this agent knows versions up to " + std::to_string(schema_version) +
                               ": install the newer agent again, or move the file away to begin anew"};
}

Failure foreign(const std::string& path)
{
    return {Errc::refused, path + " is a database of another program: choose another state_dir"};
}

Failure read_only()
{
    return {Errc::refused, "the state file cannot be written: it or its disk is read-only"};
}

// Full: a commit is on the disk before anybody hears of it, also when the power fails. The writer leaves that out of
// commits that nobody hears of.
void set_up(SQLite::Database& database)
{
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                  "PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;");
}

void check(SQLite::Database& database)
{
    const std::string answer = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (answer != "ok")
        throw Damaged{answer};
}

bool has_tables(SQLite::Database& database)
{
    return database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() > 0;
}

// Looks before anything is written: what is not ours stays as it is.
Result<void> recognise(SQLite::Database& database, const std::string& path)
{
    const int version = pragma(database, "user_version");
    const bool ours = pragma(database, "application_id") == application_id;
    if (!ours && (version != 0 || has_tables(database)))
        return foreign(path);
    if (version > schema_version)
        return newer(path, version);
    return {};
}

void bring_up(SQLite::Database& database)
{
    SQLite::Transaction all{database, SQLite::TransactionBehavior::IMMEDIATE};
    const int version = pragma(database, "user_version");
    if (version == schema_version)
        return;
    migrate(database, version);
    database.exec("PRAGMA application_id = " + std::to_string(application_id) +
                  "; PRAGMA user_version = " + std::to_string(schema_version));
    all.commit();
}

// A log beside it is there after a death only: SQLite removes it when the last connection is closed. A small file is
// read in a few milliseconds.
bool worth_checking(const std::string& path)
{
    constexpr std::uintmax_t small = 4 * 1024 * 1024;
    std::error_code error;
    return std::filesystem::exists(path + "-wal", error) || std::filesystem::file_size(path, error) <= small;
}

// Arguments and values may hold secrets. SQLite gives the files beside it the same permissions.
void keep_private(const std::string& path)
{
    namespace fs = std::filesystem;
    const int fresh = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fresh >= 0)
        ::close(fresh);
    std::error_code ignored; // of another owner: opening it will tell
    for (const char* companion : {"", "-wal", "-shm"})
        fs::permissions(path + companion, fs::perms::group_all | fs::perms::others_all, fs::perm_options::remove,
                        ignored);
}

std::string suspicion(const std::string& path)
{
    return path + "-suspect";
}

bool is_suspect(const std::string& path)
{
    std::error_code ignored;
    return std::filesystem::exists(suspicion(path), ignored);
}

// Reads what every start reads: a whole check takes too long for each of them.
void probe(SQLite::Database& database)
{
    database.exec("SELECT count(id || state) FROM invocation WHERE ended IS NULL");
}

// Work without a record (a call, a timer) is not begun again after a death, and its steps have nobody to end them.
void forget_lost_steps(SQLite::Database& database)
{
    database.exec("DELETE FROM step WHERE root NOT IN (SELECT id FROM invocation)");
}

// Else closing a file that is not taken would write its log, which may be another file's, into it.
void keep_log(SQLite::Database& database, bool keep)
{
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

Result<std::unique_ptr<Connection>> try_open(const std::string& path)
{
    constexpr int patience = 5000; // milliseconds, for somebody who reads the file with other tools
    keep_private(path);
    const bool doubtful = worth_checking(path) || is_suspect(path);
    auto database = std::make_unique<Connection>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, patience);
    keep_log(*database, true);
    if (sqlite3_db_readonly(database->getHandle(), "main") == 1) // what SQLite falls back to without a word
        return read_only();
    if (auto known = recognise(*database, path); !known)
        return known.error();
    if (doubtful)
        check(*database);
    set_up(*database);
    bring_up(*database);
    if (doubtful)
        forget_lost_steps(*database);
    probe(*database);
    keep_log(*database, false);
    std::error_code ignored;
    std::filesystem::remove(suspicion(path), ignored);
    return database;
}

Result<Opened> after_damage(const std::string& path, const std::string& what)
{
    auto target = set_aside(path);
    if (!target)
        return target.error();
    try {
        auto fresh = try_open(path);
        if (!fresh)
            return fresh.error();
        std::string words = what + ": it is kept as " + *target + ", and the agent begins with an empty one";
        return Opened{std::move(*fresh), std::move(*target), std::move(words)};
    } catch (const SQLite::Exception& error) {
        return database_failure(error);
    }
}

Result<Opened> open_as_it_is(const std::string& path)
{
    std::string damage = emptied(path);
    if (damage.empty())
        damage = broken_log(path);
    auto database = try_open(path);
    if (!database)
        return database.error();
    return Opened{std::move(*database), {}, std::move(damage)};
}

} // namespace

Blame blame_for(const SQLite::Exception& error)
{
    switch (error.getErrorCode()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Blame::file;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY: return Blame::world;
    default: return Blame::statement;
    }
}

void suspect(const std::string& path)
{
    const std::ofstream mark{suspicion(path)};
}

Failure database_failure(const SQLite::Exception& error)
{
    switch (error.getErrorCode()) {
    case SQLITE_FULL: return {Errc::limit, "the disk of the state file is full"};
    case SQLITE_READONLY: return read_only();
    case SQLITE_CANTOPEN:
        return {Errc::refused, "the state file cannot be opened: check that its folder exists and "
                               "belongs to this user"};
    case SQLITE_BUSY: return {Errc::refused, "the state file is locked by another program"};
    default: return {Errc::refused, std::string{"the state file: "} + error.what()};
    }
}

Result<Opened> open_database(const std::string& path)
{
    if (has_lost_its_file(path))
        return after_damage(path, "the state file is empty or gone, but not the log beside it");
    constexpr const char* damaged = "the state file is damaged";
    try {
        return open_as_it_is(path);
    } catch (const SQLite::Exception& error) {
        return blame_for(error) == Blame::file ? after_damage(path, damaged) : Result<Opened>{database_failure(error)};
    } catch (const Damaged&) {
        return after_damage(path, damaged);
    }
}

} // namespace forager::store
