#include "primitives/postgres/databases.hpp"

#include "base/text.hpp"

#include <charconv>
#include <utility>

namespace forager::postgres {

namespace asio = boost::asio;

namespace {

constexpr std::string_view always_there = "template1"; // "postgres" may have been dropped

std::string quoted(std::string_view text, char mark)
{
    std::string out(1, mark);
    for (const char letter : text) {
        if (letter == mark)
            out += mark;
        out += letter;
    }
    return out + mark;
}

// Backslashes stand for themselves.
std::string literal(std::string_view text)
{
    return quoted(text, '\'');
}

std::string identifier(std::string_view name)
{
    return quoted(name, '"');
}

// What the statements print, a row a line.
asio::awaitable<Result<std::string>> query(Hands hands, Server server, std::string sql)
{
    Command command = client_command(
        hands, server, {"psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"});
    command.input = std::move(sql);
    auto done = co_await run_client(hands, server, std::move(command));
    if (!done)
        co_return done.error();
    co_return std::string{trimmed(done->out)};
}

asio::awaitable<Result<void>> execute(Hands hands, Server server, std::string sql)
{
    const auto done = co_await query(hands, std::move(server), std::move(sql));
    if (!done)
        co_return done.error();
    co_return Result<void>{};
}

// `rest`: an expression for what follows the time in a name.
std::string or_is_left(const std::string& rest, const OwnDatabases& own)
{
    if (own.beginning.empty())
        return "";
    std::string condition = " OR (starts_with(" + rest + ", " + literal(own.beginning) + ")";
    for (const std::string& database : own.in_use)
        condition += " AND datname <> " + literal(database);
    return condition + ")";
}

Server from_outside(Server server)
{
    server.database = always_there;
    return server;
}

} // namespace

asio::awaitable<Result<bool>> exists(Hands hands, Server server)
{
    const std::string sql = "SELECT count(*) FROM pg_database WHERE datname = " + literal(server.database) + ";";
    const auto count = co_await query(hands, from_outside(std::move(server)), sql);
    if (!count)
        co_return count.error();
    co_return *count != "0";
}

asio::awaitable<Result<std::int64_t>> relations(Hands hands, Server server)
{
    const std::string sql = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
                            "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND c.relkind IN "
                            "('r', 'p', 'v', 'm', 'S', 'f');";
    const auto text = co_await query(hands, std::move(server), sql);
    if (!text)
        co_return text.error();
    std::int64_t count = 0;
    std::from_chars(text->data(), text->data() + text->size(), count);
    co_return count;
}

asio::awaitable<Result<void>> create(Hands hands, Server server)
{
    std::string sql = "CREATE DATABASE " + identifier(server.database) + " TEMPLATE template0;";
    return execute(hands, from_outside(std::move(server)), std::move(sql));
}

asio::awaitable<Result<void>> drop(Hands hands, Server server)
{
    std::string sql = "DROP DATABASE IF EXISTS " + identifier(server.database) + " WITH (FORCE);";
    return execute(hands, from_outside(std::move(server)), std::move(sql));
}

asio::awaitable<Result<void>> drop_unused(Hands hands, Server server, std::string prefix, OwnDatabases own)
{
    const std::string made = "substr(datname, " + std::to_string(prefix.size() + 1) + ")";
    const std::string rest = "substr(datname, " + std::to_string(prefix.size() + 12) + ")";
    std::string sql = "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', datname) FROM pg_database d WHERE CASE "
                      "WHEN starts_with(datname, " +
                      literal(prefix) + ") AND " + made + " ~ '^[0-9]{10}_' THEN substr(" + made +
                      ", 1, 10)::bigint < extract(epoch FROM now()) - 3600 AND NOT EXISTS (SELECT FROM "
                      "pg_stat_activity a WHERE a.datname = d.datname)" +
                      or_is_left(rest, own) + " ELSE false END \\gexec\n";
    return execute(hands, from_outside(std::move(server)), std::move(sql));
}

} // namespace forager::postgres
