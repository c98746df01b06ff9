#include "functions/backup/request.hpp"

#include "core/options.hpp"
#include "functions/builtin_function.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

namespace forager::backup {

namespace {

using Names = std::vector<std::string>;

const Names origin_names = {"database", "directory", "sqlite", "host", "port", "user"};

Names with(const Names& more)
{
    Names names = origin_names;
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

// One host under its several names.
bool same_host(const std::string& a, const std::string& b)
{
    return a == b || (postgres::is_local(a) && postgres::is_local(b));
}

Result<void> take_text(const Object& kwargs, std::string_view name, std::string& target)
{
    auto text = text_argument(kwargs, name);
    if (!text)
        return text.error();
    if (*text && (*text)->find('\0') != std::string::npos)
        return invalid_argument(": '" + std::string{name} + "' has a NUL byte in it");
    if (*text)
        target = std::move(**text);
    return {};
}

Result<void> take_flag(const Object& kwargs, std::string_view name, bool& target)
{
    auto flag = flag_argument(kwargs, name, target);
    if (!flag)
        return flag.error();
    target = *flag;
    return {};
}

Result<void> take_port(const Object& kwargs, std::uint16_t& target)
{
    const Value* given = option(kwargs, "port");
    if (given == nullptr)
        return {};
    const auto* port = given->get<std::int64_t>();
    if (port == nullptr || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max())
        return invalid_argument(": 'port' must be a whole number from 1 to 65535");
    target = static_cast<std::uint16_t>(*port);
    return {};
}

// The password goes to the host that it was configured for, whoever asks for what.
Result<postgres::Server> server_of(const Object& kwargs, const BackupSettings& settings)
{
    postgres::Server server = settings.server;
    for (const auto& [name, target] : {std::pair{"host", &server.host}, std::pair{"user", &server.user}})
        if (auto taken = take_text(kwargs, name, *target); !taken)
            return taken.error();
    if (auto taken = take_port(kwargs, server.port); !taken)
        return taken.error();
    if (server.host.empty())
        return Failure{Errc::refused, "no PostgreSQL is configured: set [postgres] host (or DB_HOST), or name the host "
                                      "in the call"};
    if (!settings.server.host.empty() && !same_host(server.host, settings.server.host))
        server.password = {};
    return server;
}

std::string place_name(const postgres::Server& server, const BackupSettings& settings)
{
    constexpr std::uint16_t usual = 5432;
    const std::string host = postgres::is_local(server.host) ? settings.machine : server.host;
    return server.port == usual ? host : host + "_" + std::to_string(server.port);
}

Result<void> take_database(const Invocation& invocation, const BackupSettings& settings, Request& request)
{
    auto server = server_of(invocation.kwargs, settings);
    if (!server)
        return server.error();
    request.server = std::move(*server);
    if (auto taken = take_text(invocation.kwargs, "database", request.server.database); !taken)
        return taken.error();
    if (request.server.database.empty())
        return invalid_argument(": which database? Name it, as in database = \"app\", or set [postgres] database");
    request.origin = {BackupKind::database, place_name(request.server, settings), request.server.database};
    return {};
}

Result<void> take_path(std::string_view name, BackupKind kind, const Invocation& invocation,
                       const BackupSettings& settings, Request& request)
{
    if (auto taken = take_text(invocation.kwargs, name, request.path); !taken)
        return taken;
    if (!request.path.starts_with('/'))
        return invalid_argument(": '" + std::string{name} + "' must be an absolute path");
    request.path = std::filesystem::path{request.path}.lexically_normal().string();
    while (request.path.size() > 1 && request.path.ends_with('/'))
        request.path.pop_back();
    request.origin = {kind, settings.machine, request.path};
    return {};
}

Result<void> take_origin(const Invocation& invocation, const BackupSettings& settings, Request& request)
{
    const auto has = [&](std::string_view name) { return option(invocation.kwargs, name) != nullptr; };
    if (has("directory") + has("sqlite") + has("database") > 1)
        return invalid_argument(": one of 'database', 'directory' and 'sqlite' at a time");
    if (has("directory"))
        return take_path("directory", BackupKind::directory, invocation, settings, request);
    if (has("sqlite"))
        return take_path("sqlite", BackupKind::sqlite, invocation, settings, request);
    return take_database(invocation, settings, request);
}

Result<void> take_retention(const Object& kwargs, const BackupSettings& settings, RetentionPolicy& retention)
{
    auto age = duration_argument(kwargs, "keep_for");
    if (!age)
        return age.error();
    retention.keep_for = *age;
    const Value* keep = option(kwargs, "keep");
    if (keep == nullptr) {
        if (!retention.keep_for)
            retention.keep = settings.keep;
        return {};
    }
    const auto* count = keep->get<std::int64_t>();
    if (count == nullptr || *count < 1)
        return invalid_argument(": 'keep' must be a whole number from 1 up: the last backup is never removed");
    retention.keep = static_cast<std::size_t>(*count);
    return {};
}

Result<void> take_exclude(const Object& kwargs, std::vector<std::string>& exclude)
{
    const Value* given = option(kwargs, "exclude");
    const auto* list = given == nullptr ? nullptr : given->get<Array>();
    if (given != nullptr && list == nullptr)
        return invalid_argument(": 'exclude' must be a list of patterns");
    for (const Value& one : list == nullptr ? Array{} : *list) {
        if (one.get<std::string>() == nullptr)
            return invalid_argument(": 'exclude' must be a list of patterns");
        exclude.push_back(*one.get<std::string>());
    }
    return {};
}

Result<void> take_flags(const Object& kwargs, std::initializer_list<std::pair<const char*, bool*>> flags)
{
    for (const auto& [name, target] : flags)
        if (auto taken = take_flag(kwargs, name, *target); !taken)
            return taken;
    return {};
}

// What cannot be done with it is said before anything is.
Result<void> fits(const Object& kwargs, const Request& request)
{
    const BackupKind kind = request.origin.kind;
    if (request.restore_test && kind != BackupKind::database)
        return invalid_argument(": 'restore_test' is for the dump of a database; 'verify' reads back what was stored");
    for (const char* name : {"exclude", "allow_changes"})
        if (kind != BackupKind::directory && option(kwargs, name) != nullptr)
            return invalid_argument(": '" + std::string{name} + "' is for a 'directory'");
    if (kind != BackupKind::database)
        for (const char* name : {"host", "port", "user"})
            if (option(kwargs, name) != nullptr)
                return invalid_argument(": '" + std::string{name} + "' is for a database");
    return {};
}

Result<void> take_encrypt(const Object& kwargs, const BackupSettings& settings, Request& request)
{
    if (option(kwargs, "encrypt") == nullptr)
        return {};
    bool encrypt = false;
    if (auto taken = take_flag(kwargs, "encrypt", encrypt); !taken)
        return taken;
    if (encrypt && settings.key.empty())
        return Failure{Errc::refused, "there is no key to encrypt with: set [backup] encryption_key_file"};
    request.encrypt = encrypt;
    return {};
}

// Of a whole key, as backup.list and the result of a backup have it: it says what it is of.
Result<void> take_key(const Invocation& invocation, const BackupSettings& settings, Request& request)
{
    request.file.erase(0, request.file.find_first_not_of('/'));
    auto name = parse_backup_key(settings.prefix, request.file);
    if (!name)
        return invalid_argument(": '" + request.file + "' is not the key of a backup, as backup.list gives it");
    request.origin = std::move(name->origin);
    request.path = request.origin.name;
    if (request.origin.kind != BackupKind::database)
        return {};
    // Without a server a dump can be verified, and whoever needs one says so.
    if (auto server = server_of(invocation.kwargs, settings))
        request.server = std::move(*server);
    request.server.database = request.origin.name;
    return take_text(invocation.kwargs, "database", request.server.database);
}

// Which backup is meant: the only positional argument, or `file`; a key, a file's name, or nothing for the newest.
Result<void> take_chosen(const Invocation& invocation, const BackupSettings& settings, Request& request)
{
    if (invocation.args.size() > 1)
        return invalid_argument(": the name of one backup at a time");
    if (auto taken = take_text(invocation.kwargs, "file", request.file); !taken)
        return taken;
    if (!invocation.args.empty()) {
        const auto* name = invocation.args.front().get<std::string>();
        if (name == nullptr || !request.file.empty())
            return invalid_argument(": the name of one backup is needed, as backup.list gives it");
        request.file = *name;
    }
    if (request.file.find('/') != std::string::npos)
        return take_key(invocation, settings, request);
    return take_origin(invocation, settings, request);
}

Result<void> take_checksum(const Object& kwargs, std::string& checksum)
{
    constexpr std::string_view begin = "sha256:";
    if (auto taken = take_text(kwargs, "checksum", checksum); !taken)
        return taken;
    if (!checksum.empty() && (!checksum.starts_with(begin) || checksum.size() != begin.size() + 64))
        return invalid_argument(
            ": 'checksum' must be \"sha256:\" and 64 hexadecimal digits, as backup.backup gives it");
    return {};
}

Result<void> no_positional(const Invocation& invocation)
{
    if (invocation.args.empty())
        return {};
    return invalid_argument(": " + invocation.function + " takes keyword arguments only");
}

Result<Request> checked(Request request, std::initializer_list<Result<void>> steps)
{
    for (const Result<void>& step : steps)
        if (!step)
            return step.error();
    return request;
}

} // namespace

// Upstream's callers hand over arguments that mean nothing: they are let be.
Result<Request> backup_request(const Invocation& invocation, const BackupSettings& settings)
{
    static const Names names = with(
        {"keep", "keep_for", "local_copy", "encrypt", "verify", "restore_test", "prune", "exclude", "allow_changes"});
    Request request;
    const Object& kwargs = invocation.kwargs;
    auto known = only_arguments(kwargs, names);
    auto origin = take_origin(invocation, settings, request);
    auto retention = take_retention(kwargs, settings, request.retention);
    auto encrypt = take_encrypt(kwargs, settings, request);
    auto exclude = take_exclude(kwargs, request.exclude);
    auto flags = take_flags(kwargs, {{"local_copy", &request.local_copy},
                                     {"verify", &request.verify},
                                     {"restore_test", &request.restore_test},
                                     {"prune", &request.prune},
                                     {"allow_changes", &request.allow_changes}});
    auto fit = fits(kwargs, request);
    return checked(std::move(request), {known, origin, retention, encrypt, exclude, flags, fit});
}

Result<Request> restore_request(const Invocation& invocation, const BackupSettings& settings)
{
    static const Names names = with({"file", "into", "clean", "no_owner", "checksum"});
    Request request;
    auto known = only_arguments(invocation.kwargs, names);
    auto chosen = take_chosen(invocation, settings, request);
    auto into = take_text(invocation.kwargs, "into", request.into);
    if (into && option(invocation.kwargs, "into") != nullptr && request.into.empty())
        into = invalid_argument(": 'into' is empty; leave it out to restore where the backup came from");
    auto sum = take_checksum(invocation.kwargs, request.checksum);
    auto flags = take_flags(invocation.kwargs, {{"clean", &request.clean}, {"no_owner", &request.no_owner}});
    return checked(std::move(request), {known, chosen, into, sum, flags});
}

Result<Request> verify_request(const Invocation& invocation, const BackupSettings& settings)
{
    static const Names names = with({"file", "checksum", "restore_test"});
    Request request;
    auto known = only_arguments(invocation.kwargs, names);
    auto chosen = take_chosen(invocation, settings, request);
    auto sum = take_checksum(invocation.kwargs, request.checksum);
    auto flags = take_flags(invocation.kwargs, {{"restore_test", &request.restore_test}});
    auto fit = fits(invocation.kwargs, request);
    return checked(std::move(request), {known, chosen, sum, flags, fit});
}

Result<Request> prune_request(const Invocation& invocation, const BackupSettings& settings)
{
    static const Names names = with({"keep", "keep_for"});
    Request request;
    auto known = only_arguments(invocation.kwargs, names);
    auto positional = no_positional(invocation);
    auto origin = take_origin(invocation, settings, request);
    auto retention = take_retention(invocation.kwargs, settings, request.retention);
    return checked(std::move(request), {known, positional, origin, retention});
}

Result<std::optional<BackupOrigin>> list_request(const Invocation& invocation, const BackupSettings& settings)
{
    if (auto known = only_arguments(invocation.kwargs, origin_names); !known)
        return known.error();
    if (auto none = no_positional(invocation); !none)
        return none.error();
    if (invocation.kwargs.empty())
        return std::optional<BackupOrigin>{};
    Request request;
    if (auto origin = take_origin(invocation, settings, request); !origin)
        return origin.error();
    return std::optional{request.origin};
}

} // namespace forager::backup
