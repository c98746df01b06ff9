// The agent itself: its paths, its limits, what scripts may do, and its HTTP server.
#include "base/duration.hpp"
#include "config/table.hpp"

namespace forager::config {

namespace {

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t megabyte = 1024 * kilobyte;
constexpr std::size_t gigabyte = 1024 * megabyte;
constexpr Duration day = 24h;

} // namespace

Section agent_section()
{
    const auto agent = [](auto& settings, std::size_t) -> auto& { return settings.agent; };
    const auto log = choice<LogFormat>({{"auto", LogFormat::automatic},
                                        {"text", LogFormat::text},
                                        {"json", LogFormat::json},
                                        {"journald", LogFormat::journald}});
    const auto level = choice<LogLevel>({{"debug", LogLevel::debug},
                                         {"info", LogLevel::info},
                                         {"warning", LogLevel::warning},
                                         {"error", LogLevel::error}});
    const auto reload = choice<Reload>({{"auto", Reload::automatic}, {"signal", Reload::on_signal}});
    return {
        "agent",
        "The agent itself.",
        {
            key(agent, "name", &AgentConfig::name, text(), "The agent's name; empty: the machine's."),
            key(agent, "state_dir", &AgentConfig::state_dir, needed(path()),
                "The folder of the state file: queue, journal, results not yet delivered."),
            key(agent, "socket", &AgentConfig::socket, needed(path()),
                "The local socket that commands like `forager ps` reach the agent on."),
            key(agent, "scripts", &AgentConfig::scripts, paths(),
                "The scripts that the agent loads, as glob patterns."),
            key(agent, "concurrency", &AgentConfig::concurrency, number<std::size_t>(1, 100'000),
                "How many invocations run at once; more wait."),
            key(agent, "log", &AgentConfig::log, log, "The form of the log; auto: journald under systemd, else text."),
            key(agent, "log_level", &AgentConfig::log_level, level, "What is logged: this and what is worse."),
            key(agent, "grace", &AgentConfig::grace, duration(0s, 1h),
                "How long running work may go on when the agent stops, before it is ended."),
            key(agent, "reload", &AgentConfig::reload, reload,
                "When changed scripts are loaded: auto, as soon as they change; signal, on SIGHUP."),
        }};
}

Section limits_section()
{
    const auto limits = [](auto& settings, std::size_t) -> auto& { return settings.limits; };
    const auto count = number<std::size_t>(1, 10'000'000);
    return {"limits",
            "What is bounded. An error of a limit names it.",
            {
                key(limits, "memory", &LimitsConfig::memory, size(megabyte, 64 * gigabyte), "The heap of each script."),
                key(limits, "output", &LimitsConfig::output, size(4 * kilobyte, gigabyte),
                    "What is kept of each output of a command."),
                key(limits, "request", &LimitsConfig::request, size(kilobyte, 64 * megabyte),
                    "The arguments of one submission, and the body of one hook."),
                key(limits, "tasks", &LimitsConfig::tasks, count, "Tasks of one script at once."),
                key(limits, "queue", &LimitsConfig::queue, count,
                    "Invocations that have not ended, sleeping ones too; more are refused."),
                key(limits, "events", &LimitsConfig::events, count,
                    "Events of one source that wait in memory; more are refused or logged."),
                key(limits, "log_lines", &LimitsConfig::log_lines, count, "Log lines that are kept of an invocation."),
                key(limits, "retention", &LimitsConfig::retention, duration(1min, 3'650 * day),
                    "How long the record of ended work is kept."),
                key(limits, "retention_count", &LimitsConfig::retention_count, count,
                    "How many records of ended work are kept; the oldest go first."),
                key(limits, "open_files", &LimitsConfig::open_files, number<std::size_t>(256, 1'048'576),
                    "Descriptors that the agent asks the system for, as far as it is allowed."),
            }};
}

Section http_section()
{
    const auto http = [](auto& settings, std::size_t) -> auto& { return settings.http; };
    return {"http",
            "The HTTP server: status page, metrics, hooks.",
            {
                key(http, "listen", &HttpConfig::listen, address(), "Where it listens; empty: no server."),
                key(http, "token", &HttpConfig::token, secret(),
                    "What callers must show as a bearer token; needed where others than this machine can call."),
                key(http, "cert_file", &HttpConfig::cert_file, path(), "The certificate chain for TLS, as PEM."),
                key(http, "key_file", &HttpConfig::key_file, path(), "The private key of the certificate, as PEM."),
            }};
}

Section permission_section()
{
    const auto permission = [](auto& settings, std::size_t row) -> auto& { return settings.permissions[row]; };
    return {
        "permission",
        "What some scripts may do. This version does not enforce it, and does not start with an entry.",
        {
            key(permission, "scripts", &PermissionConfig::scripts, paths(),
                "The scripts that are bound, as glob patterns."),
            key(permission, "run", &PermissionConfig::run, texts(), "Programs that they may start."),
            key(permission, "read", &PermissionConfig::read, paths(), "Files that they may read, as glob patterns."),
            key(permission, "write", &PermissionConfig::write, paths(), "Files that they may write, as glob patterns."),
            key(permission, "reach", &PermissionConfig::reach, texts(),
                "Hosts that they may connect to, as HOST or HOST:PORT."),
            key(permission, "secrets", &PermissionConfig::secrets, texts(), "Secrets that they may ask for."),
            key(permission, "functions", &PermissionConfig::functions, texts(),
                "Functions that they may call, as patterns of full names."),
        },
        [](const Settings& settings) { return settings.permissions.size(); },
        [](Settings& settings) { settings.permissions.emplace_back(); }};
}

} // namespace forager::config
