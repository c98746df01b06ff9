#include "store/log_table.hpp"

#include "store/times.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_line = 16 * 1024;
constexpr std::size_t most_waiting = 32 * 1024 * 1024; // bytes, about, when the disk is too slow
constexpr std::size_t cost = 512;                      // bytes that a line of no length takes while it waits

// Not in the middle of a character.
std::string_view shortened(std::string_view text)
{
    std::size_t end = std::min(text.size(), longest_line);
    if (end < text.size())
        for (int back = 0; back < 3 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back)
            --end;
    return text.substr(0, end);
}

void write_line(Connection& database, const std::string& invocation, std::int64_t at, const std::string& text)
{
    Prepared insert{database, "INSERT INTO log (invocation, at, text) VALUES (?, ?, ?)"};
    insert.bind(1, invocation);
    insert.bind(2, at);
    insert.bind(3, text.data(), static_cast<int>(text.size()));
    insert.exec();
}

// The number of one of the lines of an invocation, counted from the first or from the last one.
std::optional<std::int64_t> number_of(Connection& database, const std::string& invocation, const char* direction,
                                      std::size_t position)
{
    Prepared query{database, std::string{"SELECT number FROM log WHERE invocation = ? ORDER BY number "} + direction +
                                 " LIMIT 1 OFFSET ?"};
    SQLite::bind(query, invocation, static_cast<std::int64_t>(position));
    return query.executeStep() ? std::optional{query.getColumn(0).getInt64()} : std::nullopt;
}

std::string mark_of(std::size_t most)
{
    return "(lines are left out here: limits.log_lines keeps the first " + std::to_string(most / 2) + " and the last " +
           std::to_string(most - most / 2) + ")";
}

// What comes after the first half becomes one line that says so.
void leave_out(Connection& database, const std::string& invocation, std::size_t most)
{
    const auto mark = number_of(database, invocation, "ASC", most / 2);
    const auto rest = number_of(database, invocation, "DESC", most - most / 2 - 1);
    if (!mark || !rest || *mark >= *rest)
        return;
    Prepared update{database, "UPDATE log SET text = ? WHERE number = ?"};
    const std::string text = mark_of(most);
    update.bind(1, text.data(), static_cast<int>(text.size()));
    update.bind(2, *mark);
    update.exec();
    Prepared remove{database, "DELETE FROM log WHERE invocation = ? AND number > ? AND number < ?"};
    SQLite::bind(remove, invocation, *mark, *rest);
    remove.exec();
}

std::vector<LogLine> read_lines(Connection& database, const std::string& invocation, std::int64_t after)
{
    Prepared query{database, "SELECT number, at, text FROM log WHERE invocation = ? AND number > ? "
                             "ORDER BY number LIMIT ?"};
    SQLite::bind(query, invocation, after, static_cast<std::int64_t>(LogTable::lines_at_once));
    std::vector<LogLine> lines;
    while (query.executeStep())
        lines.push_back({query.getColumn(0).getInt64(), from_milliseconds(query.getColumn(1).getInt64()),
                         query.getColumn(2).getString()});
    return lines;
}

} // namespace

void LogTable::add(const std::string& invocation, std::string_view text)
{
    const std::size_t count = ++counts_[invocation];
    std::string line{shortened(text)};
    if (writer_.waiting() * (line.size() + cost) > most_waiting)
        return;
    Writer::Job job = [invocation, at = to_milliseconds(clock_.wall()), line = std::move(line)](Connection& database) {
        write_line(database, invocation, at, line);
    };
    writer_.post(std::move(job), Durable::soon);
    const std::size_t at_once = std::max<std::size_t>(1, most_ / 10);
    if (count > most_ && (count - most_ - 1) % at_once == 0)
        cut(invocation);
}

void LogTable::end(const std::string& invocation)
{
    const auto count = counts_.extract(invocation);
    if (!count.empty() && count.mapped() > most_)
        cut(invocation);
}

void LogTable::cut(const std::string& invocation)
{
    writer_.post([invocation, most = most_](Connection& database) { leave_out(database, invocation, most); },
                 Durable::soon);
}

asio::awaitable<Result<std::vector<LogLine>>> LogTable::read(std::string invocation, std::int64_t after)
{
    return writer_.ask<std::vector<LogLine>>([invocation = std::move(invocation), after](Connection& database) {
        return read_lines(database, invocation, after);
    });
}

} // namespace forager::store
