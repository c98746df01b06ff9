#include "store/connection.hpp"

#include <sqlite3.h>

#include <utility>

namespace forager::store {

namespace {

SQLite::Statement statement_of(Connection& connection, std::multimap<std::string, SQLite::Statement, std::less<>>& idle,
                               std::string_view text)
{
    const auto known = idle.find(text);
    if (known == idle.end())
        return {connection, std::string{text}};
    SQLite::Statement statement = std::move(known->second);
    idle.erase(known);
    return statement;
}

} // namespace

Prepared::Prepared(Connection& connection, std::string_view text)
    : SQLite::Statement{statement_of(connection, connection.idle_, text)}, connection_{connection}
{
}

// What it failed with has been said already.
Prepared::~Prepared()
{
    tryReset();
    clearBindings();
    std::string text = getQuery();
    connection_.idle_.emplace(std::move(text), std::move(*this));
}

} // namespace forager::store
