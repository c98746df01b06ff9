#include "store/log_table.hpp"

#include "store/times.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_line = 16 * 1024;
constexpr std::size_t lines_of_a_commit = 500; // while others have to wait for it

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

void write_lines(Connection& database, const BufferedLines& all, std::size_t most)
{
    for (const BufferedLine& line : all.lines)
        write_line(database, all.invocation, line.at, line.text);
    if (all.cut)
        leave_out(database, all.invocation, most);
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
    buffer_.add(invocation, {to_milliseconds(clock_.wall()), std::string{shortened(text)}});
    write_some();
}

// What is added until the commit begins comes with it.
void LogTable::write_some()
{
    if (buffer_.empty() || std::exchange(writes_, true))
        return;
    write([this] {
        writes_ = false;
        Lines lines = buffer_.take(writer_.closing() ? std::numeric_limits<std::size_t>::max() : lines_of_a_commit);
        write_some();
        return lines;
    });
}

void LogTable::write(std::function<Lines()> take)
{
    const auto lines = std::make_shared<Lines>();
    writer_.post(
        [lines, most = most_](Connection& database) {
            for (const BufferedLines& one : *lines)
                write_lines(database, one, most);
        },
        Durable::soon, [lines, take = std::move(take)] { *lines = take(); });
}

void LogTable::end(const std::string& invocation)
{
    BufferedLines last = buffer_.end(invocation);
    if (last.lines.empty() && !last.cut)
        return;
    write([last = std::move(last)]() mutable {
        Lines lines;
        lines.push_back(std::move(last));
        return lines;
    });
}

asio::awaitable<Result<std::vector<LogLine>>> LogTable::read(std::string invocation, std::int64_t after)
{
    write([this, invocation] { return Lines{buffer_.take_of(invocation)}; });
    return writer_.ask<std::vector<LogLine>>([invocation = std::move(invocation), after](Connection& database) {
        return read_lines(database, invocation, after);
    });
}

} // namespace forager::store
