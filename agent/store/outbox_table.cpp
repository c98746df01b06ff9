#include "store/outbox_table.hpp"

#include "store/record_rows.hpp"
#include "store/request.hpp"
#include "store/sealed.hpp"
#include "store/times.hpp"

#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

// The same process may come back: after the agent died under it, or from the peer, which gave it up in between. Its
// starts count under one lease.
constexpr const char* begin_text =
    "INSERT INTO invocation (id, function, source, request, lease, told, state, starts, submitted, started) "
    "VALUES (?1, ?2, ?3, ?4, ?5, 0, 'running', 1, ?6, ?6) "
    "ON CONFLICT (id) DO UPDATE SET function = ?2, request = ?4, told = 0, state = 'running', note = '', ended = NULL, "
    "outcome = NULL, starts = CASE WHEN lease IS ?5 THEN starts + 1 ELSE 1 END, lease = ?5 "
    "WHERE lease IS NOT NULL"; // work of this agent's own is nobody else's

void mark_told(Connection& database, const std::string& id, const std::string& note)
{
    Prepared row{database, "UPDATE invocation SET told = 1, note = CASE WHEN ?2 = '' THEN note ELSE ?2 END "
                           "WHERE id = ?1 AND lease IS NOT NULL"};
    SQLite::bind(row, id, note);
    row.exec();
}

std::optional<Object> object_in(const SQLite::Column& column)
{
    const auto value = unseal(column.getString());
    const auto* object = value ? value->get<Object>() : nullptr;
    return object == nullptr ? std::nullopt : std::optional{*object};
}

std::optional<LentWork> work_in(SQLite::Statement& row)
{
    const auto request = object_in(row.getColumn(3));
    auto lease = object_in(row.getColumn(4));
    if (!request || !lease)
        return {};
    LentWork work;
    work.invocation.id = row.getColumn(0).getString();
    work.invocation.function = row.getColumn(1).getString();
    work.invocation.source = row.getColumn(2).getString();
    fill_in(work.invocation, *request);
    work.lease = std::move(*lease);
    work.starts = static_cast<std::size_t>(row.getColumn(5).getInt64());
    if (row.getColumn(6).isNull())
        return work;
    work.outcome = unseal_outcome(row.getColumn(6).getString());
    return work.outcome ? std::optional{std::move(work)} : std::nullopt;
}

} // namespace

void OutboxTable::begin(const Invocation& invocation, Object lease, WallTime now, Durable durable)
{
    Writer::Job job = [id = invocation.id, function = invocation.function, source = invocation.source,
                       request = seal(Value{request_of(invocation)}), lease = seal(Value{std::move(lease)}),
                       now](Connection& database) {
        Prepared row{database, begin_text};
        SQLite::bind(row, id, function, source, request, lease, to_milliseconds(now));
        row.exec();
    };
    writer_.post_surely(std::move(job), durable);
}

void OutboxTable::told(std::string id, std::string note)
{
    writer_.post([id = std::move(id), note = std::move(note)](Connection& database) { mark_told(database, id, note); },
                 Durable::soon);
}

asio::awaitable<Result<void>> OutboxTable::drop(std::string id, Outcome outcome, std::string note, WallTime now)
{
    return writer_.run_surely(
        [id = std::move(id), outcome = std::move(outcome), note = std::move(note), now](Connection& database) {
            end_record(database, id, outcome, now);
            mark_told(database, id, note);
        });
}

asio::awaitable<Result<std::vector<LentWork>>> OutboxTable::open()
{
    return writer_.ask<std::vector<LentWork>>([](Connection& database) {
        Prepared query{database, "SELECT id, function, source, request, lease, starts, outcome FROM invocation "
                                 "WHERE told = 0 ORDER BY number"};
        std::vector<LentWork> all;
        while (query.executeStep())
            if (auto work = work_in(query))
                all.push_back(std::move(*work));
        return all;
    });
}

} // namespace forager::store
