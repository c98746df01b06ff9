#include "primitives/postgres/dump.hpp"

#include <utility>
#include <vector>

namespace forager::postgres {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<void>> ended(Hands hands, Server server, Command command)
{
    const auto done = co_await run_client(hands, server, std::move(command));
    if (!done)
        co_return done.error();
    co_return Result<void>{};
}

// pg_restore takes the name for a whole connection string where it looks like one.
std::string connection_to(const std::string& database)
{
    std::string text = "dbname='";
    for (const char letter : database) {
        if (letter == '\'' || letter == '\\')
            text += '\\';
        text += letter;
    }
    return text + "'";
}

} // namespace

asio::awaitable<Result<void>> dump(Hands hands, Server server, ByteSink& sink)
{
    Command command = client_command(hands, server, {"pg_dump", "--format=custom"});
    command.sink = &sink;
    command.lines = hands.lines;
    return ended(hands, std::move(server), std::move(command));
}

asio::awaitable<Result<void>> restore(Hands hands, Server server, ByteSource& source, RestoreOptions options)
{
    std::vector<std::string> argv = {"pg_restore", "--single-transaction", "--dbname", connection_to(server.database)};
    if (options.clean)
        argv.insert(argv.end(), {"--clean", "--if-exists"});
    if (options.no_owner)
        argv.insert(argv.end(), {"--no-owner", "--no-privileges"});
    Command command = client_command(hands, server, std::move(argv));
    command.source = &source;
    command.lines = hands.lines;
    return ended(hands, std::move(server), std::move(command));
}

asio::awaitable<Result<void>> check(Hands hands, ByteSource& source)
{
    Command command;
    command.title = "pg_restore";
    command.argv = {command.title, "--file=/dev/null"};
    command.env = {{"LC_ALL", "C.UTF-8"}, {"LANGUAGE", "C"}};
    command.scope = hands.scope;
    command.source = &source;
    command.lines = hands.lines;
    return ended(hands, {}, std::move(command));
}

} // namespace forager::postgres
