#include "store/acceptance.hpp"

#include "store/record_rows.hpp"
#include "store/reply_rows.hpp"
#include "store/times.hpp"
#include "store/writer.hpp"

namespace forager::store {

namespace {

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

// As it would be read.
QueueEntry entry_of(const Submission& submission, std::int64_t number)
{
    QueueEntry entry{submission.invocation.id, number, submission.priority,
                     submission.order_key,     {},     submission.invocation.function};
    if (submission.not_before)
        entry.not_before = from_milliseconds(to_milliseconds(*submission.not_before));
    entry.overlaps = submission.overlaps;
    return entry;
}

// False: there is one of this id.
bool insert(Connection& database, const Submission& submission, const std::string& request, WallTime now)
{
    Prepared row{database, "INSERT INTO invocation (id, function, source, request, priority, order_key, "
                           "idempotency_key, not_before, submitted, overlaps) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
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
    row.bind(10, submission.overlaps ? 1 : 0);
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

} // namespace

std::optional<QueueEntry> accepted_before(Connection& database, const Submission& submission,
                                          const std::string& request)
{
    if (submission.idempotency_key.empty())
        return {};
    auto known = entry_of_key(database, submission.idempotency_key);
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
    const std::int64_t number = database.getLastInsertRowid();
    if (submission.reply)
        (void)set_reply(database, submission.invocation.id, *submission.reply);
    return {entry_of(submission, number), true};
}

} // namespace forager::store
