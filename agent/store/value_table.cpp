#include "store/value_table.hpp"

#include "store/sealed.hpp"

#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

std::optional<std::string> read_value(SQLite::Database& database, const std::string& space, const std::string& key)
{
    SQLite::Statement query{database, "SELECT value FROM value WHERE space = ? AND key = ?"};
    SQLite::bind(query, space, key);
    if (!query.executeStep())
        return {};
    return query.getColumn(0).getString();
}

void write_value(SQLite::Database& database, const std::string& space, const std::string& key, const std::string& value)
{
    SQLite::Statement insert{database, "INSERT OR REPLACE INTO value (space, key, value) VALUES (?, ?, ?)"};
    SQLite::bind(insert, space, key, value);
    insert.exec();
}

bool remove_value(SQLite::Database& database, const std::string& space, const std::string& key)
{
    SQLite::Statement remove{database, "DELETE FROM value WHERE space = ? AND key = ?"};
    SQLite::bind(remove, space, key);
    return remove.exec() > 0;
}

// By bytes, so that no letter of the prefix means anything but itself. Of an empty key there is no part to compare.
std::vector<std::string> list_keys(SQLite::Database& database, const std::string& space, const std::string& prefix)
{
    SQLite::Statement query{database, "SELECT key FROM value WHERE space = ?1 AND key >= ?2 AND (?2 = '' OR "
                                      "substr(CAST(key AS BLOB), 1, length(CAST(?2 AS BLOB))) = CAST(?2 AS BLOB)) "
                                      "ORDER BY key"};
    SQLite::bind(query, space, prefix);
    std::vector<std::string> keys;
    while (query.executeStep())
        keys.push_back(query.getColumn(0).getString());
    return keys;
}

} // namespace

asio::awaitable<Result<std::optional<Value>>> ValueTable::get(std::string space, std::string key)
{
    return writer_.ask<std::optional<Value>>(
        [space = std::move(space), key = std::move(key)](SQLite::Database& database) -> std::optional<Value> {
            const auto text = read_value(database, space, key);
            if (!text)
                return {};
            auto value = unseal(*text);
            if (!value)
                throw JobRefused{value.error()};
            return std::move(*value);
        });
}

asio::awaitable<Result<void>> ValueTable::set(std::string space, std::string key, Value value)
{
    return writer_.run([space = std::move(space), key = std::move(key),
                        text = seal(value)](SQLite::Database& database) { write_value(database, space, key, text); });
}

asio::awaitable<Result<bool>> ValueTable::remove(std::string space, std::string key)
{
    return writer_.ask<bool>([space = std::move(space), key = std::move(key)](SQLite::Database& database) {
        return remove_value(database, space, key);
    });
}

asio::awaitable<Result<std::vector<std::string>>> ValueTable::keys(std::string space, std::string prefix)
{
    return writer_.ask<std::vector<std::string>>(
        [space = std::move(space), prefix = std::move(prefix)](SQLite::Database& database) {
            return list_keys(database, space, prefix);
        });
}

} // namespace forager::store
