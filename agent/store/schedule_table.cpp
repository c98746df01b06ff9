#include "store/schedule_table.hpp"

#include "store/times.hpp"

#include <algorithm>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

std::optional<WallTime> read_last(Connection& database, const std::string& name)
{
    Prepared query{database, "SELECT last FROM schedule WHERE name = ?"};
    query.bind(1, name);
    return query.executeStep() ? time_in(query.getColumn(0)) : std::nullopt;
}

void write_last(Connection& database, const std::string& name, std::int64_t time)
{
    Prepared insert{database, "INSERT OR REPLACE INTO schedule (name, last) VALUES (?, ?)"};
    SQLite::bind(insert, name, time);
    insert.exec();
}

void remove_by(Connection& database, const char* statement, const std::string& name)
{
    Prepared remove{database, statement};
    remove.bind(1, name);
    remove.exec();
}

void remove_all_but(Connection& database, const std::vector<std::string>& names, std::int64_t before)
{
    Prepared query{database, "SELECT name FROM schedule WHERE last < ?"};
    query.bind(1, before);
    std::vector<std::string> old;
    while (query.executeStep())
        old.push_back(query.getColumn(0).getString());
    for (const std::string& name : old) {
        if (std::ranges::find(names, name) != names.end())
            continue;
        remove_by(database, "DELETE FROM schedule WHERE name = ?", name);
    }
}

std::vector<std::pair<std::string, FileMark>> read_files(Connection& database, const std::string& watch)
{
    Prepared query{database, "SELECT path, inode, modified, size FROM handled_file WHERE watch = ?"};
    query.bind(1, watch);
    std::vector<std::pair<std::string, FileMark>> files;
    while (query.executeStep())
        files.emplace_back(query.getColumn(0).getString(),
                           FileMark{static_cast<std::uint64_t>(query.getColumn(1).getInt64()),
                                    query.getColumn(2).getInt64(),
                                    static_cast<std::uint64_t>(query.getColumn(3).getInt64())});
    return files;
}

void write_file(Connection& database, const std::string& watch, const std::string& path, const FileMark& mark)
{
    Prepared insert{database, "INSERT OR REPLACE INTO handled_file (watch, path, inode, modified, size) "
                              "VALUES (?, ?, ?, ?, ?)"};
    SQLite::bind(insert, watch, path, static_cast<std::int64_t>(mark.inode), mark.modified,
                 static_cast<std::int64_t>(mark.size));
    insert.exec();
}

void remove_file(Connection& database, const std::string& watch, const std::string& path)
{
    Prepared remove{database, "DELETE FROM handled_file WHERE watch = ? AND path = ?"};
    SQLite::bind(remove, watch, path);
    remove.exec();
}

std::vector<std::string> watches_of_files(Connection& database)
{
    Prepared query{database, "SELECT DISTINCT watch FROM handled_file"};
    std::vector<std::string> watches;
    while (query.executeStep())
        watches.push_back(query.getColumn(0).getString());
    return watches;
}

// Stands among the schedules while the watch is not served: since when.
std::string absence_of(const std::string& watch)
{
    return "absence of " + watch; // no schedule's name: "of" begins no cron expression
}

void remove_files_of_all_but(Connection& database, const std::vector<std::string>& served, std::int64_t now,
                             WallTime before)
{
    for (const std::string& watch : watches_of_files(database)) {
        const std::string absence = absence_of(watch);
        if (std::ranges::find(served, watch) != served.end()) {
            remove_by(database, "DELETE FROM schedule WHERE name = ?", absence);
            continue;
        }
        const auto since = read_last(database, absence);
        if (!since)
            write_last(database, absence, now);
        else if (*since < before)
            remove_by(database, "DELETE FROM handled_file WHERE watch = ?", watch);
    }
}

} // namespace

asio::awaitable<Result<std::optional<WallTime>>> ScheduleTable::last(std::string name)
{
    return writer_.ask<std::optional<WallTime>>(
        [name = std::move(name)](Connection& database) { return read_last(database, name); });
}

asio::awaitable<Result<void>> ScheduleTable::remember(std::string name, WallTime time)
{
    return writer_.run(
        [name = std::move(name), at = to_milliseconds(time)](Connection& database) { write_last(database, name, at); });
}

void ScheduleTable::forget_but(std::vector<std::string> names, WallTime before)
{
    Writer::Job job = [names = std::move(names), before = to_milliseconds(before)](Connection& database) {
        remove_all_but(database, names, before);
    };
    writer_.post(std::move(job), Durable::soon);
}

asio::awaitable<Result<std::vector<std::pair<std::string, FileMark>>>> FileTable::all(std::string watch)
{
    return writer_.ask<std::vector<std::pair<std::string, FileMark>>>(
        [watch = std::move(watch)](Connection& database) { return read_files(database, watch); });
}

asio::awaitable<Result<void>> FileTable::remember(std::string watch, std::string path, FileMark mark)
{
    return writer_.run([watch = std::move(watch), path = std::move(path), mark](Connection& database) {
        write_file(database, watch, path, mark);
    });
}

asio::awaitable<Result<void>> FileTable::forget(std::string watch, std::string path)
{
    return writer_.run([watch = std::move(watch), path = std::move(path)](Connection& database) {
        remove_file(database, watch, path);
    });
}

void FileTable::forget_but(std::vector<std::string> served, WallTime now, WallTime before)
{
    Writer::Job job = [served = std::move(served), now = to_milliseconds(now), before](Connection& database) {
        remove_files_of_all_but(database, served, now, before);
    };
    writer_.post(std::move(job), Durable::soon);
}

} // namespace forager::store
