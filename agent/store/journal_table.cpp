#include "store/journal_table.hpp"

#include "store/sealed.hpp"

#include <memory>

namespace forager::store {

namespace asio = boost::asio;

namespace {

void write_entry(Connection& database, const std::string& root, const std::string& invocation, const std::string& key,
                 std::uint64_t attempt, const std::string& outcome)
{
    Prepared insert{database, "INSERT OR REPLACE INTO step (invocation, key, root, tries, outcome) "
                              "VALUES (?, ?, ?, ?, ?)"};
    SQLite::bind(insert, invocation, key, root, static_cast<std::int64_t>(attempt), outcome);
    insert.exec();
}

// Who gets on is not what the agent dies of: only deaths without a step between them count, this start among them.
void note_progress(Connection& database, const std::string& root)
{
    Prepared update{database, "UPDATE invocation SET starts = 1 WHERE id = ? AND starts > 1"};
    update.bind(1, root);
    update.exec();
}

std::vector<JournalEntry> read_entries(Connection& database, const std::string& invocation)
{
    Prepared query{database, "SELECT key, tries, outcome FROM step WHERE invocation = ?"};
    query.bind(1, invocation);
    std::vector<JournalEntry> entries;
    while (query.executeStep()) {
        auto outcome = unseal_outcome(query.getColumn(2).getString());
        if (!outcome)
            throw JobRefused{unreadable()};
        entries.push_back({query.getColumn(0).getString(), std::move(*outcome),
                           static_cast<std::uint64_t>(query.getColumn(1).getInt64())});
    }
    return entries;
}

std::optional<Value> move_signal(Connection& database, const std::string& root, const std::string& event,
                                 const std::string& invocation, const std::string& key)
{
    Prepared query{database, "SELECT number, value FROM signal WHERE invocation = ? AND event = ? "
                             "ORDER BY number LIMIT 1"};
    SQLite::bind(query, root, event);
    if (!query.executeStep())
        return {};
    auto value = unseal(query.getColumn(1).getString());
    if (!value)
        throw JobRefused{value.error()};
    write_entry(database, root, invocation, key, 0, seal(Outcome{Outputs{*value}}));
    Prepared forget{database, "DELETE FROM signal WHERE number = ?"};
    forget.bind(1, query.getColumn(0).getInt64());
    forget.exec();
    return std::move(*value);
}

} // namespace

asio::awaitable<Result<std::vector<JournalEntry>>> JournalTable::entries(std::string invocation)
{
    const auto found = std::make_shared<std::vector<JournalEntry>>();
    Writer::Job job = [found, invocation](Connection& database) { *found = read_entries(database, invocation); };
    const Result<void> done = co_await writer_.run_surely(std::move(job));
    if (!done)
        co_return done.error();
    co_return std::move(*found);
}

asio::awaitable<Result<void>> JournalTable::record(std::string root, std::string invocation, JournalEntry entry)
{
    roots_.insert(root);
    Writer::Job job = [root, invocation, key = entry.key, attempt = entry.attempt,
                       outcome = seal(entry.outcome)](Connection& database) {
        write_entry(database, root, invocation, key, attempt, outcome);
        note_progress(database, root);
    };
    Result<void> done = co_await writer_.run_surely(std::move(job));
    co_return done;
}

asio::awaitable<Result<std::optional<Value>>> JournalTable::take_signal(std::string root, std::string event,
                                                                        std::string invocation, std::string key)
{
    const auto found = std::make_shared<std::optional<Value>>();
    Writer::Job job = [=](Connection& database) { *found = move_signal(database, root, event, invocation, key); };
    const Result<void> done = co_await writer_.run_surely(std::move(job));
    if (!done)
        co_return done.error();
    co_return std::move(*found);
}

// What came from the queue has a record, with which its steps are forgotten.
void JournalTable::ended(const std::string& root)
{
    if (roots_.erase(root) == 0)
        return;
    Writer::Job forget = [root](Connection& database) {
        Prepared remove{database, "DELETE FROM step WHERE root = ?1 AND NOT EXISTS "
                                  "(SELECT 1 FROM invocation WHERE id = ?1)"};
        remove.bind(1, root);
        remove.exec();
    };
    writer_.post(std::move(forget), Durable::soon);
}

} // namespace forager::store
