#include "store/record_table.hpp"

#include "base/time.hpp"
#include "store/acceptance.hpp"
#include "store/record_rows.hpp"
#include "store/request.hpp"
#include "store/sealed.hpp"
#include "store/times.hpp"

#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_signals = 1000;

Failure unknown(const std::string& id)
{
    return {Errc::not_found, "there is no invocation " + id + ": 'forager ps --all' lists what is kept"};
}

std::optional<BegunWork> start(Connection& database, const std::string& id, WallTime now)
{
    Prepared update{database, "UPDATE invocation SET state = 'running', note = '', starts = starts + 1, "
                              "started = coalesce(started, ?2) WHERE id = ?1 AND ended IS NULL "
                              "RETURNING function, source, request, starts, tries, tries_before"};
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
    begun.before = static_cast<std::size_t>(update.getColumn(5).getInt64());
    update.executeStep(); // to its end: only then is it done
    return begun;
}

std::vector<BegunWork> start_all(Connection& database, const std::vector<std::string>& ids, WallTime now)
{
    std::vector<BegunWork> all;
    for (const std::string& id : ids) {
        try {
            if (auto begun = start(database, id, now))
                all.push_back(std::move(*begun));
        } catch (const JobRefused& unreadable) { // it would never begin, and hold up those behind it
            end_record(database, id, Outcome{unreadable.failure}, now);
        }
    }
    return all;
}

bool is_lent(Connection& database, const std::string& id)
{
    Prepared query{database, "SELECT 1 FROM invocation WHERE id = ? AND lease IS NOT NULL"};
    query.bind(1, id);
    return query.executeStep();
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
    if (is_lent(database, id))
        throw JobRefused{{Errc::refused, id + " is the colony's: submit it there again"}};
    Prepared update{database, "UPDATE invocation SET state = 'waiting', note = '', ended = NULL, outcome = NULL, "
                              "starts = 0, tries = tries + 1, tries_before = tries + 1, "
                              "tries_cancelled = tries_cancelled + (state = 'cancelled'), asked_to_end = NULL, "
                              "not_before = NULL WHERE id = ?"};
    update.bind(1, id);
    update.exec();
    return *entry_of_id(database, id);
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

std::vector<std::string> find_asked_to_end(Connection& database)
{
    Prepared query{database, "SELECT id FROM invocation WHERE ended IS NULL AND asked_to_end IS NOT NULL "
                             "ORDER BY number"};
    std::vector<std::string> ids;
    while (query.executeStep())
        ids.push_back(query.getColumn(0).getString());
    return ids;
}

Writer::Job ending(std::string id, const Outcome& outcome, WallTime now)
{
    return [id = std::move(id), outcome, now](Connection& database) { end_record(database, id, outcome, now); };
}

bool forget_some(Connection& database, std::int64_t before, std::int64_t count)
{
    constexpr std::size_t at_once = 200; // others wait meanwhile
    // The oldest first, along the index: however many there are, only those beyond the limits are looked at.
    Prepared query{database, "SELECT id FROM invocation WHERE ended IS NOT NULL AND told = 1 AND (reply_broker IS NULL "
                             "OR ended < ?1) AND (ended < ?1 OR (ended, number) <= "
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
    return writer_.ask<std::vector<QueueEntry>>(open_entries);
}

asio::awaitable<Result<std::vector<BegunWork>>> RecordTable::begin(std::vector<std::string> ids, WallTime now)
{
    return writer_.ask<std::vector<BegunWork>>(
        [ids = std::move(ids), now](Connection& database) { return start_all(database, ids, now); });
}

void RecordTable::note(std::string id, State state, std::string note, std::size_t tries)
{
    Writer::Job job = [id = std::move(id), state = std::string{name_of(state)}, note = std::move(note),
                       tries](Connection& database) {
        Prepared update{database, "UPDATE invocation SET state = ?2, note = ?3, tries = max(tries, ?4), "
                                  "starts = iif(?2 = 'running', starts, 0) WHERE id = ?1 AND ended IS NULL"};
        SQLite::bind(update, id, state, note, static_cast<std::int64_t>(tries));
        update.exec();
    };
    writer_.post(std::move(job), Durable::at_once); // the tries count, and whoever sleeps has left nothing else
}

asio::awaitable<Result<void>> RecordTable::finish(std::string id, Outcome outcome, WallTime now)
{
    return writer_.run_surely(ending(std::move(id), outcome, now));
}

asio::awaitable<Result<void>> RecordTable::finish_now(std::string id, Outcome outcome, WallTime now)
{
    return writer_.run(ending(std::move(id), outcome, now));
}

asio::awaitable<Result<void>> RecordTable::ask_to_end(std::string id, WallTime now)
{
    return writer_.run([id = std::move(id), now](Connection& database) {
        Prepared update{database, "UPDATE invocation SET asked_to_end = ?2 WHERE id = ?1 AND ended IS NULL"};
        SQLite::bind(update, id, to_milliseconds(now));
        update.exec();
    });
}

asio::awaitable<Result<std::vector<std::string>>> RecordTable::asked_to_end()
{
    return writer_.ask<std::vector<std::string>>(find_asked_to_end);
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
