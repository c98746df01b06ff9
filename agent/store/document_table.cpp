#include "store/document_table.hpp"

#include "base/text.hpp"
#include "store/sealed.hpp"

#include <optional>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

std::optional<reconcile::Document> document_in(const std::string& text)
{
    const auto value = unseal(text);
    const auto* data = value ? value->get<Object>() : nullptr;
    if (data == nullptr)
        return std::nullopt;
    auto document = reconcile::document_from_data(*data);
    return document ? std::optional{*std::move(document)} : std::nullopt;
}

std::vector<reconcile::Document> read_all(Connection& database)
{
    std::vector<reconcile::Document> list;
    Prepared query{database, "SELECT document FROM document ORDER BY origin, space, kind, name"};
    while (query.executeStep())
        if (auto document = document_in(query.getColumn(0).getString()))
            list.push_back(*std::move(document));
    return list;
}

bool is_kept(Connection& database, const reconcile::Key& key)
{
    Prepared query{database, "SELECT 1 FROM document WHERE origin = ? AND space = ? AND kind = ? AND name = ?"};
    SQLite::bind(query, key.origin, key.space, key.kind, key.name);
    return query.executeStep();
}

bool is_full(Connection& database)
{
    Prepared query{database, "SELECT count(*) FROM document"};
    return query.executeStep() && query.getColumn(0).getInt64() >= std::int64_t{DocumentTable::most_documents};
}

Failure too_many()
{
    return {Errc::limit, "the agent keeps " + std::to_string(DocumentTable::most_documents) +
                             " documents already; no other one fits before one is deleted"};
}

Failure too_long(const reconcile::Key& key, std::size_t size)
{
    return {Errc::limit, to_text(key) + " has " + bytes_text(size) + " with its revisions; the most that is kept is " +
                             bytes_text(DocumentTable::longest_document)};
}

Writer::Job keeping(reconcile::Key key, std::string text)
{
    return [key = std::move(key), text = std::move(text)](Connection& database) {
        if (!is_kept(database, key) && is_full(database))
            throw JobRefused{too_many()};
        Prepared insert{database,
                        "INSERT OR REPLACE INTO document (origin, space, kind, name, document) VALUES (?, ?, ?, ?, ?)"};
        SQLite::bind(insert, key.origin, key.space, key.kind, key.name, text);
        insert.exec();
    };
}

} // namespace

asio::awaitable<Result<std::vector<reconcile::Document>>> DocumentTable::all()
{
    return writer_.ask<std::vector<reconcile::Document>>([](Connection& database) { return read_all(database); });
}

asio::awaitable<Result<void>> DocumentTable::keep(reconcile::Document document)
{
    std::string text = seal(Value{to_data(document)});
    if (text.size() > longest_document)
        co_return too_long(document.key, text.size());
    Result<void> kept = co_await writer_.run(keeping(std::move(document.key), std::move(text)));
    co_return kept;
}

asio::awaitable<Result<void>> DocumentTable::forget(reconcile::Key key)
{
    return writer_.run([key = std::move(key)](Connection& database) {
        Prepared remove{database, "DELETE FROM document WHERE origin = ? AND space = ? AND kind = ? AND name = ?"};
        SQLite::bind(remove, key.origin, key.space, key.kind, key.name);
        remove.exec();
    });
}

void DocumentTable::keep_soon(reconcile::Document document)
{
    std::string text = seal(Value{to_data(document)});
    if (text.size() <= longest_document)
        writer_.post(keeping(std::move(document.key), std::move(text)), Durable::soon);
}

} // namespace forager::store
