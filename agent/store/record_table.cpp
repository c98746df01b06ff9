#include "store/record_table.hpp"

#include "base/time.hpp"
#include "store/request.hpp"
#include "store/sealed.hpp"
#include "store/times.hpp"

#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

constexpr const char* entry_columns = "id, number, priority, order_key, not_before";
constexpr const char* record_columns = "id, function, source, state, note, priority, order_key, starts, tries, "
                                       "submitted, started, ended, not_before, request, outcome";
constexpr std::size_t most_signals = 1000;

void bind_or_null(SQLite::Statement& statement, int index, const std::string& text)
{
    if (text.empty())
        statement.bind(index);
    else
        statement.bind(index, text);
}

void bind_time(SQLite::Statement& statement, int index, std::optional<WallTime> time)
{
    if (time)
        statement.bind(index, to_milliseconds(*time));
    else
        statement.bind(index);
}

QueueEntry entry_in(SQLite::Statement& row)
{
    QueueEntry entry;
    entry.id = row.getColumn(0).getString();
    entry.number = row.getColumn(1).getInt64();
    entry.priority = row.getColumn(2).getInt();
    entry.order_key = row.getColumn(3).getString();
    entry.not_before = time_in(row.getColumn(4));
    return entry;
}

std::optional<QueueEntry> entry_by(Connection& database, const char* column, const std::string& value)
{
    Prepared query{database, std::string{"SELECT "} + entry_columns + " FROM invocation WHERE " + column + " = ?"};
    query.bind(1, value);
    return query.executeStep() ? std::optional{entry_in(query)} : std::nullopt;
}

// As it would be read.
QueueEntry entry_of(const Submission& submission, std::int64_t number)
{
    QueueEntry entry{submission.invocation.id, number, submission.priority, submission.order_key, {}};
    if (submission.not_before)
        entry.not_before = from_milliseconds(to_milliseconds(*submission.not_before));
    return entry;
}

// False: there is one of this id.
bool insert(Connection& database, const Submission& submission, const std::string& request, WallTime now)
{
    Prepared row{database, "INSERT INTO invocation (id, function, source, request, priority, order_key, "
                           "idempotency_key, not_before, submitted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                           "ON CONFLICT (id) DO NOTHING"};
    const Invocation& invocation = submission.invocation;
    row.bind(1, invocation.id);
    row.bind(2, invocation.function);
    row.bind(3, invocation.source);
    row.bind(4, request);
    row.bind(5, submission.priority);
    bind_or_null(row, 6, submission.order_key);
    bind_or_null(row, 7, submission.idempotency_key);
    bind_time(row, 8, submission.not_before);
    row.bind(9, to_milliseconds(now));
    return row.exec() > 0;
}

void check_same_work(Connection& database, const std::string& id, const Submission& submission,
                     const std::string& request)
{
    Prepared query{database, "SELECT 1 FROM invocation WHERE id = ? AND function = ? AND request = ?"};
    SQLite::bind(query, id, submission.invocation.function, request);
    if (query.executeStep())
        return;
    Failure failure{Errc::refused, "the idempotency key '" + submission.idempotency_key +
                                       "' stands for other work already, which is " + id};
    failure.retry = false;
    throw JobRefused{std::move(failure)};
}

std::optional<QueueEntry> accepted_before(Connection& database, const Submission& submission,
                                          const std::string& request)
{
    if (submission.idempotency_key.empty())
        return {};
    auto known = entry_by(database, "idempotency_key", submission.idempotency_key);
    if (known && !submission.key_is_enough)
        check_same_work(database, known->id, submission, request);
    return known;
}

std::pair<QueueEntry, bool> accept(Connection& database, const Submission& submission, const std::string& request,
                                   WallTime now)
{
    if (auto known = accepted_before(database, submission, request))
        return {std::move(*known), false};
    if (!insert(database, submission, request, now))
        throw JobRefused{{Errc::refused, "there is an invocation " + submission.invocation.id + " already"}};
    return {entry_of(submission, database.getLastInsertRowid()), true};
}

template <class T> T unsealed(Result<T> result)
{
    if (!result)
        throw JobRefused{result.error()};
    return std::move(*result);
}

Object request_in(const SQLite::Column& column)
{
    const Value value = unsealed(unseal(column.getString()));
    const auto* object = value.get<Object>();
    return object == nullptr ? Object{} : *object;
}

Failure unknown(const std::string& id)
{
    return {Errc::not_found, "there is no invocation " + id + ": 'forager ps --all' lists what is kept"};
}

std::optional<BegunWork> start(Connection& database, const std::string& id, WallTime now)
{
    Prepared update{database, "UPDATE invocation SET state = 'running', note = '', starts = starts + 1, "
                              "started = coalesce(started, ?2) WHERE id = ?1 AND ended IS NULL "
                              "RETURNING function, source, request, starts, tries"};
    SQLite::bind(update, id, to_milliseconds(now));
    if (!update.executeStep())
        return {};
    BegunWork begun;
    begun.invocation.id = id;
    begun.invocation.function = update.getColumn(0).getString();
    begun.invocation.source = update.getColumn(1).getString();
    fill_in(begun.invocation, request_in(update.getColumn(2)));
    begun.starts = static_cast<std::size_t>(update.getColumn(3).getInt64());
    begun.invocation.tries = static_cast<std::size_t>(update.getColumn(4).getInt64());
    update.executeStep(); // to its end: only then is it done
    return begun;
}

State state_of(const Outcome& outcome)
{
    if (outcome)
        return State::succeeded;
    return outcome.error().code == Errc::cancelled ? State::cancelled : State::failed;
}

void end(Connection& database, const std::string& id, const std::string& state, const std::string& note,
         const std::string& outcome, WallTime now)
{
    Prepared update{database, "UPDATE invocation SET state = ?2, note = ?3, outcome = ?4, ended = ?5 "
                              "WHERE id = ?1 AND ended IS NULL"};
    SQLite::bind(update, id, state, note, outcome, to_milliseconds(now));
    update.exec();
    Prepared signals{database, "DELETE FROM signal WHERE invocation = ?"};
    signals.bind(1, id);
    signals.exec();
}

std::vector<BegunWork> start_all(Connection& database, const std::vector<std::string>& ids, WallTime now)
{
    std::vector<BegunWork> all;
    for (const std::string& id : ids) {
        try {
            if (auto begun = start(database, id, now))
                all.push_back(std::move(*begun));
        } catch (const JobRefused& unreadable) { // it would never begin, and hold up those behind it
            const Outcome failed{unreadable.failure};
            end(database, id, std::string{name_of(State::failed)}, unreadable.failure.message, seal(failed), now);
        }
    }
    return all;
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

std::optional<Record> read_record(Connection& database, const std::string& id)
{
    Prepared query{database, std::string{"SELECT "} + record_columns + " FROM invocation WHERE id = ?"};
    query.bind(1, id);
    return query.executeStep() ? std::optional{record_in(query)} : std::nullopt;
}

std::vector<Record> read_records(Connection& database, const RecordFilter& filter)
{
    Prepared query{database, std::string{"SELECT "} + record_columns +
                                 " FROM invocation WHERE (?1 = 0 OR ended IS NULL) AND (?2 = '' OR state = ?2) "
                                 "AND (?3 = '' OR function = ?3) ORDER BY number DESC LIMIT ?4"};
    SQLite::bind(query, filter.open_only ? 1 : 0, filter.state, filter.function,
                 static_cast<std::int64_t>(filter.most));
    std::vector<Record> records;
    while (query.executeStep())
        records.push_back(record_in(query));
    return records;
}

QueueEntry begin_again(Connection& database, const std::string& id)
{
    const auto record = read_record(database, id);
    if (!record)
        throw JobRefused{unknown(id)};
    if (!record->ended)
        throw JobRefused{{Errc::refused, id + " has not ended: it is " + std::string{name_of(record->state)}}};
    if (record->state == State::succeeded)
        throw JobRefused{{Errc::refused, id + " has succeeded: there is nothing to try again"}};
    Prepared update{database, "UPDATE invocation SET state = 'waiting', note = '', ended = NULL, outcome = NULL, "
                              "starts = 0, tries = tries + 1, not_before = NULL WHERE id = ?"};
    update.bind(1, id);
    update.exec();
    return *entry_by(database, "id", id);
}

void keep_signal(Connection& database, const std::string& id, const std::string& event, const std::string& value)
{
    Prepared known{database, "SELECT ended IS NULL, (SELECT count(*) FROM signal WHERE invocation = ?1) "
                             "FROM invocation WHERE id = ?1"};
    known.bind(1, id);
    if (!known.executeStep())
        throw JobRefused{unknown(id)};
    if (known.getColumn(0).getInt() == 0)
        throw JobRefused{{Errc::refused, id + " has ended: it hears no signals any more"}};
    if (known.getColumn(1).getInt64() >= static_cast<std::int64_t>(most_signals))
        throw JobRefused{{Errc::limit, id + " has " + std::to_string(most_signals) +
                                           " signals that it has not waited for: no more are kept"}};
    Prepared row{database, "INSERT INTO signal (invocation, event, value) VALUES (?, ?, ?)"};
    SQLite::bind(row, id, event, value);
    row.exec();
}

bool forget_some(Connection& database, std::int64_t before, std::int64_t count)
{
    constexpr std::size_t at_once = 200; // others wait meanwhile
    // The oldest first, along the index: however many there are, only those beyond the limits are looked at.
    Prepared query{database, "SELECT id FROM invocation WHERE ended IS NOT NULL AND (ended < ?1 OR (ended, number) <= "
                             "(SELECT ended, number FROM invocation WHERE ended IS NOT NULL ORDER BY ended DESC, "
                             "number DESC LIMIT 1 OFFSET ?2)) ORDER BY ended, number LIMIT ?3"};
    SQLite::bind(query, before, count, static_cast<std::int64_t>(at_once));
    std::vector<std::string> ids;
    while (query.executeStep())
        ids.push_back(query.getColumn(0).getString());
    for (const std::string& id : ids)
        for (const char* rows :
             {"step WHERE root", "log WHERE invocation", "signal WHERE invocation", "invocation WHERE id"}) {
            Prepared remove{database, std::string{"DELETE FROM "} + rows + " = ?"};
            remove.bind(1, id);
            remove.exec();
        }
    return ids.size() == at_once;
}

} // namespace

asio::awaitable<Result<std::pair<QueueEntry, bool>>> RecordTable::add(Submission submission, WallTime now)
{
    std::string request = seal(Value{request_of(submission.invocation)});
    return writer_.ask<std::pair<QueueEntry, bool>>(
        [submission = std::move(submission), request = std::move(request), now](Connection& database) {
            return accept(database, submission, request, now);
        });
}

asio::awaitable<Result<std::optional<QueueEntry>>> RecordTable::known(Submission submission)
{
    std::string request = seal(Value{request_of(submission.invocation)});
    return writer_.ask<std::optional<QueueEntry>>(
        [submission = std::move(submission), request = std::move(request)](Connection& database) {
            return accepted_before(database, submission, request);
        });
}

asio::awaitable<Result<std::vector<QueueEntry>>> RecordTable::open()
{
    return writer_.ask<std::vector<QueueEntry>>([](Connection& database) {
        Prepared query{database,
                       std::string{"SELECT "} + entry_columns + " FROM invocation WHERE ended IS NULL ORDER BY number"};
        std::vector<QueueEntry> entries;
        while (query.executeStep())
            entries.push_back(entry_in(query));
        return entries;
    });
}

asio::awaitable<Result<std::vector<BegunWork>>> RecordTable::begin(std::vector<std::string> ids, WallTime now)
{
    return writer_.ask<std::vector<BegunWork>>(
        [ids = std::move(ids), now](Connection& database) { return start_all(database, ids, now); });
}

void RecordTable::note(std::string id, State state, std::string note, std::size_t tries)
{
    writer_.post(
        [id = std::move(id), state = std::string{name_of(state)}, note = std::move(note), tries](Connection& database) {
            Prepared update{database, "UPDATE invocation SET state = ?2, note = ?3, tries = max(tries, ?4), "
                                      "starts = iif(?2 = 'running', starts, 0) WHERE id = ?1 AND ended IS NULL"};
            SQLite::bind(update, id, state, note, static_cast<std::int64_t>(tries));
            update.exec();
        });
}

asio::awaitable<Result<void>> RecordTable::finish(std::string id, Outcome outcome, WallTime now)
{
    std::string note = outcome ? std::string{} : outcome.error().message;
    return writer_.run_surely([id = std::move(id), state = std::string{name_of(state_of(outcome))},
                               note = std::move(note), sealed = seal(outcome),
                               now](Connection& database) { end(database, id, state, note, sealed, now); });
}

asio::awaitable<Result<QueueEntry>> RecordTable::revive(std::string id)
{
    return writer_.ask<QueueEntry>([id = std::move(id)](Connection& database) { return begin_again(database, id); });
}

asio::awaitable<Result<std::optional<Record>>> RecordTable::find(std::string id)
{
    return writer_.ask<std::optional<Record>>(
        [id = std::move(id)](Connection& database) { return read_record(database, id); });
}

asio::awaitable<Result<std::vector<Record>>> RecordTable::list(RecordFilter filter)
{
    return writer_.ask<std::vector<Record>>(
        [filter = std::move(filter)](Connection& database) { return read_records(database, filter); });
}

asio::awaitable<Result<void>> RecordTable::signal(std::string id, std::string event, Value value)
{
    return writer_.run([id = std::move(id), event = std::move(event), value = seal(value)](Connection& database) {
        keep_signal(database, id, event, value);
    });
}

asio::awaitable<Result<bool>> RecordTable::forget(Retention retention, WallTime now)
{
    const auto before = to_milliseconds(now - retention.age);
    return writer_.ask<bool>([before, count = static_cast<std::int64_t>(retention.count)](Connection& database) {
        return forget_some(database, before, count);
    });
}

} // namespace forager::store
