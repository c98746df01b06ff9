#include "store/reply_table.hpp"

#include "store/reply_rows.hpp"
#include "store/sealed.hpp"

#include <optional>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

// What cannot be read is told as such: whoever waits hears of an end.
DueReply reply_in(SQLite::Statement& row, const std::string& broker)
{
    DueReply reply;
    reply.id = row.getColumn(0).getString();
    reply.function = row.getColumn(1).getString();
    const auto to = unseal(row.getColumn(2).getString());
    const auto* address = to ? to->get<Object>() : nullptr;
    if (address != nullptr) {
        reply.to = {broker, part<std::string>(*address, "channel"), {}};
        if (const Value* id = address->find("id"))
            reply.to.id = *id;
    }
    auto outcome = row.getColumn(3).isNull() ? std::nullopt : unseal_outcome(row.getColumn(3).getString());
    reply.outcome = outcome ? std::move(*outcome) : Outcome{unreadable()};
    return reply;
}

} // namespace

bool set_reply(Connection& database, const std::string& id, const ReplyTo& to)
{
    Prepared row{database, "UPDATE invocation SET reply_broker = ?2, reply_to = ?3 WHERE id = ?1"};
    SQLite::bind(row, id, to.broker, seal(Value{Object{{"channel", to.channel}, {"id", to.id}}}));
    return row.exec() > 0;
}

asio::awaitable<Result<void>> ReplyTable::want(std::string id, ReplyTo to)
{
    return writer_.run([id = std::move(id), to = std::move(to)](Connection& database) {
        if (!set_reply(database, id, to))
            throw JobRefused{{Errc::not_found, "there is no invocation " + id + " in the queue"}};
    });
}

asio::awaitable<Result<std::vector<DueReply>>> ReplyTable::due(std::string broker, std::size_t most)
{
    return writer_.ask<std::vector<DueReply>>([broker = std::move(broker), most](Connection& database) {
        Prepared query{database, "SELECT id, function, reply_to, outcome FROM invocation WHERE reply_broker = ?1 "
                                 "AND ended IS NOT NULL ORDER BY ended, number LIMIT ?2"};
        SQLite::bind(query, broker, static_cast<std::int64_t>(most));
        std::vector<DueReply> all;
        while (query.executeStep())
            all.push_back(reply_in(query, broker));
        return all;
    });
}

asio::awaitable<Result<void>> ReplyTable::told(std::vector<std::string> ids, std::string note)
{
    return writer_.run_surely([ids = std::move(ids), note = std::move(note)](Connection& database) {
        for (const std::string& id : ids) {
            Prepared row{database, "UPDATE invocation SET reply_broker = NULL, reply_to = NULL, "
                                   "note = CASE WHEN ?2 = '' THEN note ELSE ?2 END WHERE id = ?1"};
            SQLite::bind(row, id, note);
            row.exec();
        }
    });
}

} // namespace forager::store
