#include "store/value_table.hpp"

#include "store/sealed.hpp"

#include <utility>

namespace forager::store {

namespace asio = boost::asio;

namespace {

std::optional<std::string> read_value(Connection& database, const std::string& space, const std::string& key)
{
    Prepared query{database, "SELECT value FROM value WHERE space = ? AND key = ?"};
    SQLite::bind(query, space, key);
    if (!query.executeStep())
        return {};
    return query.getColumn(0).getString();
}

void write_value(Connection& database, const std::string& space, const std::string& key, const std::string& value)
{
    Prepared insert{database, "INSERT OR REPLACE INTO value (space, key, value) VALUES (?, ?, ?)"};
    SQLite::bind(insert, space, key, value);
    insert.exec();
}

bool remove_value(Connection& database, const std::string& space, const std::string& key)
{
    Prepared remove{database, "DELETE FROM value WHERE space = ? AND key = ?"};
    SQLite::bind(remove, space, key);
    return remove.exec() > 0;
}

// By bytes, so that no letter of the prefix means anything but itself. Of an empty key there is no part to compare.
std::vector<std::string> list_keys(Connection& database, const std::string& space, const std::string& prefix)
{
    Prepared query{database, "SELECT key FROM value WHERE space = ?1 AND key >= ?2 AND (?2 = '' OR "
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
        [space = std::move(space), key = std::move(key)](Connection& database) -> std::optional<Value> {
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
    return writer_.run([space = std::move(space), key = std::move(key), text = seal(value)](Connection& database) {
        write_value(database, space, key, text);
    });
}

asio::awaitable<Result<bool>> ValueTable::remove(std::string space, std::string key)
{
    return writer_.ask<bool>([space = std::move(space), key = std::move(key)](Connection& database) {
        return remove_value(database, space, key);
    });
}

asio::awaitable<Result<std::vector<std::string>>> ValueTable::keys(std::string space, std::string prefix)
{
    return writer_.ask<std::vector<std::string>>(
        [space = std::move(space), prefix = std::move(prefix)](Connection& database) {
            return list_keys(database, space, prefix);
        });
}

} // namespace forager::store
