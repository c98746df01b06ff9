#include "store/record_rows.hpp"

#include "store/sealed.hpp"
#include "store/times.hpp"
#include "store/writer.hpp"

#include <utility>

namespace forager::store {

namespace {

constexpr const char* entry_columns = "id, number, priority, order_key, not_before, function, overlaps";
constexpr const char* record_columns = "id, function, source, state, note, priority, order_key, starts, "
                                       "tries - tries_cancelled, "
                                       "submitted, started, ended, not_before, request, outcome";

State state_of(const Outcome& outcome)
{
    if (outcome)
        return State::succeeded;
    return outcome.error().code == Errc::cancelled ? State::cancelled : State::failed;
}

QueueEntry entry_in(SQLite::Statement& row)
{
    QueueEntry entry;
    entry.id = row.getColumn(0).getString();
    entry.number = row.getColumn(1).getInt64();
    entry.priority = row.getColumn(2).getInt();
    entry.order_key = row.getColumn(3).getString();
    entry.not_before = time_in(row.getColumn(4));
    entry.function = row.getColumn(5).getString();
    entry.overlaps = row.getColumn(6).getInt() != 0;
    return entry;
}

std::optional<QueueEntry> entry_by(Connection& database, const char* column, const std::string& value)
{
    Prepared query{database, std::string{"SELECT "} + entry_columns + " FROM invocation WHERE " + column + " = ?"};
    query.bind(1, value);
    return query.executeStep() ? std::optional{entry_in(query)} : std::nullopt;
}

template <class T> T unsealed(Result<T> result)
{
    if (!result)
        throw JobRefused{result.error()};
    return std::move(*result);
}

Record record_in(SQLite::Statement& row)
{
    Record record;
    record.id = row.getColumn(0).getString();
    record.function = row.getColumn(1).getString();
    record.source = row.getColumn(2).getString();
    record.state = state_named(row.getColumn(3).getString()).value_or(State::cancelled);
    record.note = row.getColumn(4).getString();
    record.priority = row.getColumn(5).getInt();
    record.order_key = row.getColumn(6).getString();
    record.starts = static_cast<std::size_t>(row.getColumn(7).getInt64());
    record.tries = static_cast<std::size_t>(row.getColumn(8).getInt64());
    record.submitted = time_in(row.getColumn(9));
    record.started = time_in(row.getColumn(10));
    record.ended = time_in(row.getColumn(11));
    record.not_before = time_in(row.getColumn(12));
    record.request = request_in(row.getColumn(13));
    if (!row.getColumn(14).isNull()) {
        record.outcome = unseal_outcome(row.getColumn(14).getString());
        if (!record.outcome)
            throw JobRefused{unreadable()};
    }
    return record;
}

} // namespace

std::vector<QueueEntry> open_entries(Connection& database)
{
    Prepared query{database, std::string{"SELECT "} + entry_columns +
                                 " FROM invocation WHERE ended IS NULL AND lease IS NULL ORDER BY number"};
    std::vector<QueueEntry> entries;
    while (query.executeStep())
        entries.push_back(entry_in(query));
    return entries;
}

std::optional<QueueEntry> entry_of_id(Connection& database, const std::string& id)
{
    return entry_by(database, "id", id);
}

std::optional<QueueEntry> entry_of_key(Connection& database, const std::string& idempotency_key)
{
    return entry_by(database, "idempotency_key", idempotency_key);
}

Object request_in(const SQLite::Column& column)
{
    const Value value = unsealed(unseal(column.getString()));
    const auto* object = value.get<Object>();
    return object == nullptr ? Object{} : *object;
}

std::optional<Record> read_record(Connection& database, const std::string& id)
{
    Prepared query{database, std::string{"SELECT "} + record_columns + " FROM invocation WHERE id = ?"};
    query.bind(1, id);
    return query.executeStep() ? std::optional{record_in(query)} : std::nullopt;
}

// Each part along its own index.
std::vector<Record> read_records(Connection& database, const RecordFilter& filter)
{
    std::vector<Record> records;
    const auto add = [&](const char* part) {
        Prepared query{database,
                       std::string{"SELECT "} + record_columns +
                           " FROM invocation WHERE (?1 = '' OR state = ?1) AND (?2 = '' OR function = ?2) AND " + part +
                           " LIMIT ?3"};
        SQLite::bind(query, filter.state, filter.function, static_cast<std::int64_t>(filter.most - records.size()));
        while (query.executeStep())
            records.push_back(record_in(query));
    };
    add("ended IS NULL ORDER BY number DESC");
    if (!filter.open_only)
        add("ended IS NOT NULL ORDER BY ended DESC, number DESC");
    return records;
}

void end_record(Connection& database, const std::string& id, const Outcome& outcome, WallTime now)
{
    Prepared update{database, "UPDATE invocation SET state = ?2, note = ?3, outcome = ?4, ended = ?5 "
                              "WHERE id = ?1 AND ended IS NULL"};
    SQLite::bind(update, id, std::string{name_of(state_of(outcome))}, outcome ? "" : outcome.error().message,
                 seal(outcome), to_milliseconds(now));
    update.exec();
    Prepared signals{database, "DELETE FROM signal WHERE invocation = ?"};
    signals.bind(1, id);
    signals.exec();
}

} // namespace forager::store
