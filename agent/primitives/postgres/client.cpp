#include "primitives/postgres/client.hpp"

#include "base/text.hpp"
#include "primitives/unix.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace forager::postgres {

namespace asio = boost::asio;

namespace {

constexpr std::string_view connect_timeout = "15"; // seconds
constexpr std::size_t kept_output = std::size_t{256} * 1024;
constexpr int no_such_program = 127; // env's

// What of the agent's own environment would say otherwise than the configuration where a program connects to, as whom,
// and what it does there. What protects the connection (PGSSLMODE and its like) stays: the configuration has no word
// for that.
constexpr std::array<std::string_view, 13> not_inherited = {
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSYSCONFDIR",
    "PGHOSTADDR",
    "PGTARGETSESSIONATTRS",
    "PGLOADBALANCEHOSTS",
    "PGOPTIONS",
    "PGCLIENTENCODING",
    "PGDATESTYLE",
    "PGTZ",
    "PGGEQO",
    "PGLOCALEDIR",
    "PG_COLOR",
};

// What the programs say in English, which is asked of them.
struct Meaning {
    std::string_view words;
    Errc code;
    std::string_view sentence; ///< {user}, {database} and {place} stand for those
};

constexpr std::array<Meaning, 12> meanings = {{
    {"password authentication failed", Errc::refused, "PostgreSQL at {place} refuses the password of user '{user}'"},
    {"no password supplied", Errc::refused,
     "PostgreSQL at {place} wants a password of user '{user}': set [postgres] "
     "password"},
    {"Peer authentication failed", Errc::refused, "PostgreSQL at {place} does not take the agent for user '{user}'"},
    {"no pg_hba.conf entry", Errc::refused, "PostgreSQL at {place} lets nobody in from here as user '{user}'"},
    {"role \"", Errc::refused, "PostgreSQL at {place} refuses user '{user}'"},
    {"permission denied", Errc::refused, "user '{user}' has not the rights for it at {place}"},
    {"could not translate host name", Errc::unreachable, "there is no PostgreSQL at {place}"},
    {"Connection refused", Errc::unreachable, "there is no PostgreSQL at {place}"},
    {"No such file or directory\n\tIs the server running", Errc::unreachable, "there is no PostgreSQL at {place}"},
    {"timeout expired", Errc::unreachable, "PostgreSQL at {place} does not answer"},
    {"No route to host", Errc::unreachable, "PostgreSQL at {place} cannot be reached"},
    {"the database system is", Errc::unreachable, "PostgreSQL at {place} does not serve at the moment"},
}};

constexpr std::array<std::string_view, 4> cut_off = {"server closed the connection", "terminating connection",
                                                     "connection to server was lost", "SSL SYSCALL error"};

bool says(const std::string& text, std::string_view words)
{
    return text.find(words) != std::string::npos;
}

std::string filled(std::string_view sentence, const Server& server)
{
    std::string text{sentence};
    const std::array<std::pair<std::string_view, std::string>, 3> marks = {{
        {"user '{user}'", server.user.empty() ? "the agent's user" : "user '" + server.user + "'"},
        {"{database}", server.database},
        {"{place}", place_of(server)},
    }};
    for (const auto& [mark, value] : marks)
        if (const auto at = text.find(mark); at != std::string::npos)
            text.replace(at, mark.size(), value);
    return text;
}

// "server version: 17.2 (Debian …)": 17.
std::string server_version(const std::string& text)
{
    constexpr std::string_view begin = "server version: ";
    const auto at = text.find(begin);
    if (at == std::string::npos)
        return {};
    const auto digits = std::string_view{text}.substr(at + begin.size());
    const auto end = std::ranges::find_if_not(digits, [](unsigned char letter) { return std::isdigit(letter) != 0; });
    return {digits.begin(), end};
}

Failure failure_with(Errc code, std::string sentence, int exit_code, Completed done)
{
    const std::string words = last_words(done.err);
    Failure failure{code, std::move(sentence) + (words.empty() ? "" : ": " + words)};
    failure.details.append("exit_code", exit_code);
    failure.details.append("stderr", std::move(done.err));
    return failure;
}

std::optional<Meaning> meaning_of(const std::string& said)
{
    if (says(said, "FATAL:  database \"") && says(said, "does not exist"))
        return Meaning{"", Errc::not_found, "there is no database '{database}' at {place}"};
    for (const Meaning& meaning : meanings)
        if (says(said, meaning.words) && (meaning.words != "role \"" || says(said, "does not exist")))
            return meaning;
    for (const std::string_view words : cut_off)
        if (says(said, words))
            return Meaning{words, Errc::unreachable, "PostgreSQL at {place} cut the connection"};
    return {};
}

// What a program's name stands behind. An empty PGSERVICE would be looked for: the names must be gone.
std::vector<std::string> without_inherited(const Server& server)
{
    std::vector<std::string> argv = {"/usr/bin/env"}; // where scripts look for it, whatever PATH says
    for (const std::string_view name : not_inherited)
        argv.insert(argv.end(), {"-u", std::string{name}});
    if (server.user.empty())
        argv.insert(argv.end(), {"-u", "PGUSER"});
    return argv;
}

Failure missing(const std::string& program)
{
    return {Errc::not_found, program +
                                 " is not installed on this machine: install PostgreSQL's client programs (Debian: "
                                 "postgresql-client, Fedora: postgresql)"};
}

} // namespace

std::string place_of(const Server& server)
{
    return server.host + (server.host.starts_with('/') ? " (port " + std::to_string(server.port) + ")"
                                                       : ":" + std::to_string(server.port));
}

bool is_local(const std::string& host)
{
    return host.starts_with('/') || host.starts_with('@') || host == "localhost" || host == "::1" ||
           host.starts_with("127.");
}

Command client_command(const Hands& hands, const Server& server, std::vector<std::string> argv)
{
    Command command;
    command.title = argv.front();
    command.argv = without_inherited(server);
    std::ranges::move(argv, std::back_inserter(command.argv));
    command.argv.emplace_back("--no-password"); // never asks for one
    command.scope = hands.scope;
    command.limit = kept_output;
    command.env = {{"PGHOST", server.host},
                   {"PGPORT", std::to_string(server.port)},
                   {"PGDATABASE", server.database},
                   {"PGPASSWORD", server.password.reveal()},
                   {"PGPASSFILE", "/dev/null/none"}, // not the user's own, nor a warning that it is none
                   {"PGCONNECT_TIMEOUT", std::string{connect_timeout}},
                   {"PGAPPNAME", "forager"},
                   {"LC_ALL", "C.UTF-8"},
                   {"LANGUAGE", "C"}};
    if (!server.user.empty())
        command.env.emplace_back("PGUSER", server.user);
    return command;
}

Failure client_failure(const Server& server, const std::string& program, Completed done)
{
    const int code = done.code;
    if (says(done.err, "server version mismatch")) {
        const std::string version = server_version(done.err);
        return failure_with(Errc::refused,
                            program + " is too old for PostgreSQL at " + place_of(server) +
                                (version.empty() ? "" : ": install postgresql-client-" + version),
                            code, std::move(done));
    }
    if (const auto meaning = meaning_of(done.err))
        return failure_with(meaning->code, filled(meaning->sentence, server), code, std::move(done));
    const std::string how = done.signal != 0 ? "was ended by signal " + std::to_string(done.signal)
                                             : "ended with status " + std::to_string(code);
    return failure_with(Errc::exit, program + " " + how, code, std::move(done));
}

asio::awaitable<Result<Completed>> run_client(const Hands& hands, const Server& server, Command command)
{
    const std::string program = command.title;
    Result<Completed> done = co_await hands.processes.run(std::move(command));
    // Its folder is there always, and it has no user of its own: it is the program that is not.
    if (!done && done.error().code == Errc::not_found && says(done.error().message, program))
        co_return missing(program);
    if (!done || done->code == 0)
        co_return done;
    if (done->code == no_such_program)
        co_return missing(program);
    co_return client_failure(server, program, std::move(*done));
}

} // namespace forager::postgres
