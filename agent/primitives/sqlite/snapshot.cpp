#include "primitives/sqlite/snapshot.hpp"

#include "io/system_failure.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string_view>
#include <thread>

#include <unistd.h>

namespace forager::sqlite {

namespace {

using namespace std::chrono_literals;

constexpr int pages_a_step = 1024;
constexpr auto busy_pause = 20ms;
constexpr auto most_patience = 60s; // with somebody who writes without end

struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;

struct Ender {
    void operator()(sqlite3_backup* copying) const { sqlite3_backup_finish(copying); }
};

Failure sqlite_failure(const std::string& attempt, int code, std::string_view words)
{
    const bool full = (code & 0xff) == SQLITE_FULL;
    return {full ? Errc::limit : Errc::refused, attempt + ": " + std::string{words} + "."};
}

Result<Handle> opened(const std::string& path, int flags, const std::string& attempt)
{
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Handle handle{raw};
    if (code != SQLITE_OK)
        return sqlite_failure(attempt, code, raw == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(raw));
    return handle;
}

Result<void> copy_all(sqlite3* from, sqlite3* to, const std::string& attempt, const std::atomic<bool>& stop)
{
    const std::unique_ptr<sqlite3_backup, Ender> copying{sqlite3_backup_init(to, "main", from, "main")};
    if (!copying)
        return sqlite_failure(attempt, sqlite3_errcode(to), sqlite3_errmsg(to));
    const auto end = std::chrono::steady_clock::now() + most_patience;
    while (!stop) {
        const int code = sqlite3_backup_step(copying.get(), pages_a_step);
        if (code == SQLITE_DONE)
            return {};
        const bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
        if (code != SQLITE_OK && !busy)
            return sqlite_failure(attempt, code, sqlite3_errstr(code));
        if (busy && std::chrono::steady_clock::now() > end)
            return sqlite_failure(attempt, code, "it has been locked for a minute");
        if (busy)
            std::this_thread::sleep_for(busy_pause);
    }
    return Failure{Errc::cancelled, attempt + ": it was cancelled."};
}

Result<void> copied(const std::string& from, const std::string& to, const std::string& attempt,
                    const std::atomic<bool>& stop)
{
    auto source = opened(from, SQLITE_OPEN_READONLY, attempt);
    if (!source)
        return source.error();
    auto target = opened(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, attempt);
    if (!target)
        return target.error();
    // Nobody ever rolls it back: without a journal no file but this one can be left behind.
    if (sqlite3_exec(target->get(), "PRAGMA journal_mode = OFF", nullptr, nullptr, nullptr) != SQLITE_OK)
        return sqlite_failure(attempt, sqlite3_errcode(target->get()), sqlite3_errmsg(target->get()));
    return copy_all(source->get(), target->get(), attempt, stop);
}

} // namespace

Result<void> snapshot(const std::string& from, const std::string& to, const std::atomic<bool>& stop)
{
    const std::string attempt = "cannot copy the database '" + from + "'";
    if (::access(from.c_str(), R_OK) != 0)
        return system_failure(attempt, errno);
    auto done = copied(from, to, attempt, stop);
    if (!done)
        (void)::unlink(to.c_str());
    return done;
}

Result<void> check(const std::string& path)
{
    const std::string attempt = "'" + path + "' is no whole database";
    auto handle = opened(path, SQLITE_OPEN_READWRITE, attempt); // who only reads leaves "-wal" and "-shm" beside it
    if (!handle)
        return handle.error();
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(handle->get(), "PRAGMA quick_check(1)", -1, &raw, nullptr) != SQLITE_OK)
        return sqlite_failure(attempt, SQLITE_ERROR, sqlite3_errmsg(handle->get()));
    const std::unique_ptr<sqlite3_stmt, Closer> statement{raw};
    if (sqlite3_step(raw) != SQLITE_ROW)
        return sqlite_failure(attempt, SQLITE_ERROR, sqlite3_errmsg(handle->get()));
    const std::string_view said{reinterpret_cast<const char*>(sqlite3_column_text(raw, 0))};
    return said == "ok" ? Result<void>{} : sqlite_failure(attempt, SQLITE_CORRUPT, said);
}

} // namespace forager::sqlite
