#include "primitives/postgres/client.hpp"

#include "primitives/postgres/dump.hpp"
#include "recording_runner.hpp"
#include "result_text.hpp"
#include "run.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace forager;
using namespace forager::postgres;
using namespace forager::test;

namespace {

Server server()
{
    return {"db.example.org", 5433, "app", Secret{"pa:ss word"}, "shop"};
}

Failure failure_of(std::string said, int code = 1)
{
    Completed done;
    done.code = code;
    done.err = std::move(said);
    return client_failure(server(), "pg_dump", std::move(done));
}

std::string variable(const Command& command, std::string_view name)
{
    const auto found = std::ranges::find(command.env, name, &std::pair<std::string, std::string>::first);
    return found == command.env.end() ? "(none)" : found->second;
}

class NoBytes final : public ByteSource {
public:
    boost::asio::awaitable<Result<std::string>> read(std::size_t) override { co_return std::string{}; }
};

} // namespace

TEST_CASE("a program hears by its environment where to go and who it is, never by its arguments")
{
    RecordingRunner runner;
    NoBytes none;
    REQUIRE(run(restore({runner, {}, nullptr}, server(), none, {})).has_value());
    const Command& command = runner.commands.at(0);
    CHECK(variable(command, "PGHOST") == "db.example.org");
    CHECK(variable(command, "PGPORT") == "5433");
    CHECK(variable(command, "PGUSER") == "app");
    CHECK(variable(command, "PGPASSWORD") == "pa:ss word");
    CHECK(variable(command, "PGDATABASE") == "shop");
    CHECK(std::ranges::find(command.argv, "--no-password") != command.argv.end());
    for (const std::string& argument : command.argv)
        CHECK(argument.find("pa:ss") == std::string::npos);
}

TEST_CASE("a database's name is never taken for a connection string")
{
    RecordingRunner runner;
    NoBytes none;
    Server odd = server();
    odd.database = "host=evil 'x\\";
    REQUIRE(run(restore({runner, {}, nullptr}, odd, none, {})).has_value());
    const auto& argv = runner.commands.at(0).argv;
    CHECK(std::ranges::find(argv, "dbname='host=evil \\'x\\\\'") != argv.end());
}

TEST_CASE("what a program said is told in a sentence, with its own words behind it")
{
    struct Case {
        std::string said;
        Errc code;
        std::string sentence;
    };
    const std::string begin =
        "pg_dump: error: connection to server at \"db.example.org\" (1.2.3.4), port 5433 failed: ";
    const std::vector<Case> cases = {
        {begin + "FATAL:  password authentication failed for user \"app\"\n", Errc::refused,
         "PostgreSQL at db.example.org:5433 refuses the password of user 'app': pg_dump: error: "},
        {begin + "fe_sendauth: no password supplied\n", Errc::refused,
         "PostgreSQL at db.example.org:5433 wants a password of user 'app': set [postgres] password: "},
        {begin + "FATAL:  database \"shop\" does not exist\n", Errc::not_found,
         "there is no database 'shop' at db.example.org:5433: "},
        {begin + "FATAL:  role \"app\" does not exist\n", Errc::refused,
         "PostgreSQL at db.example.org:5433 refuses user 'app': "},
        {begin + "Connection refused\n\tIs the server running on that host?\n", Errc::unreachable,
         "there is no PostgreSQL at db.example.org:5433: "},
        {"pg_dump: error: could not translate host name \"db.example.org\" to address: Name or service not known\n",
         Errc::unreachable, "there is no PostgreSQL at db.example.org:5433: "},
        {begin + "timeout expired\n", Errc::unreachable, "PostgreSQL at db.example.org:5433 does not answer: "},
        {"pg_dump: error: query failed: FATAL:  terminating connection due to administrator command\n",
         Errc::unreachable, "PostgreSQL at db.example.org:5433 cut the connection: "},
        {"pg_dump: error: query failed: ERROR:  permission denied for table t\n", Errc::refused,
         "user 'app' has not the rights for it at db.example.org:5433: "},
        {"pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: 17.2 (Debian "
         "17.2-1); pg_dump version: 15.18\n",
         Errc::refused, "pg_dump is too old for PostgreSQL at db.example.org:5433: install postgresql-client-17: "},
        {"pg_dump: error: something else\n", Errc::exit, "pg_dump ended with status 1: pg_dump: error: something else"},
    };
    for (const Case& one : cases) {
        const Failure failure = failure_of(one.said);
        CHECK_MESSAGE(failure.code == one.code, one.said);
        CHECK_MESSAGE(failure.message.starts_with(one.sentence), failure.message);
        CHECK(part<std::int64_t>(failure.details, "exit_code") == 1);
    }
}

TEST_CASE("a program that is not there is named with its package")
{
    RecordingRunner runner;
    runner.result = Failure{Errc::not_found, "there is no program 'pg_restore'"};
    NoBytes none;
    const auto done = run(check({runner, {}, nullptr}, none));
    REQUIRE(!done);
    CHECK(done.error().code == Errc::not_found);
    CHECK(done.error().message.find("postgresql-client") != std::string::npos);
}

TEST_CASE("hosts of this machine are known as such")
{
    for (const char* host : {"localhost", "127.0.0.1", "::1", "/run/postgresql", "127.3.2.1"})
        CHECK(is_local(host));
    for (const char* host : {"db", "10.0.0.1", "localhost.example.org", "1127.0.0.1", ""})
        CHECK(!is_local(host));
}
