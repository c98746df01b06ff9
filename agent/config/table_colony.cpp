// The colony, and the executors that serve it.
#include "config/table.hpp"

namespace forager::config {

Section colony_section()
{
    const auto colony = [](auto& settings, std::size_t) -> auto& { return settings.colony; };
    return {"colony",
            "The colony whose work is taken; there is none unless the host is set.",
            {
                key(colony, "host", &ColonyConfig::host, host_name(), "The server's host; empty: no colony.",
                    {"COLONIES_SERVER_HOST", "COLONIES_CLIENT_HTTP_HOST"}),
                key(colony, "port", &ColonyConfig::port, number<std::uint16_t>(1, 65'535), "The server's port.",
                    {"COLONIES_SERVER_PORT", "COLONIES_CLIENT_HTTP_PORT", "COLONIES_SERVER_HTTP_PORT"}),
                key(colony, "tls", &ColonyConfig::tls, flag(), "Whether the server is spoken to over TLS.",
                    {"COLONIES_TLS", "COLONIES_SERVER_TLS"}),
                key(colony, "ca_file", &ColonyConfig::ca_file, path(),
                    "Authorities (PEM) that the server's certificate may come from; empty: the system's."),
                key(colony, "name", &ColonyConfig::name, text(), "The colony's name.",
                    {"COLONIES_COLONY_NAME", "COLONIES_COLONY_ID"}),
                key(colony, "owner_key", &ColonyConfig::owner_key, secret(),
                    "The private key of the colony's owner, with which the agent registers its executors itself.",
                    {"COLONIES_COLONY_PRVKEY"}),
                key(colony, "key", &ColonyConfig::key, secret(),
                    "The private key of an executor that was registered by hand; not used where `owner_key` is given.",
                    {"COLONIES_EXECUTOR_PRVKEY", "COLONIES_PRVKEY"}),
                key(colony, "long_poll", &ColonyConfig::long_poll, duration(1s, 5min),
                    "How long the server may hold one request for work open."),
                key(colony, "fs_dir", &ColonyConfig::fs_dir, path(),
                    "The folder below which processes find the colony's files that they ask for; empty: such processes "
                    "are refused.",
                    {"EXECUTOR_FS_DIR"}),
            }};
}

Section executor_section()
{
    const auto executor = [](auto& settings, std::size_t row) -> auto& { return settings.executors[row]; };
    return {"executor",
            "An executor that the agent serves the colony as; may stand several times. Without one the agent is one "
            "executor that serves every function it has.",
            {
                key(executor, "type", &ExecutorConfig::type, needed(text()), "The executor's type.",
                    {"COLONIES_EXECUTOR_TYPE", "EXECUTOR_TYPE"}),
                key(executor, "name", &ExecutorConfig::name, text(),
                    "The executor's name; empty: made of the agent's name and the type.", {"COLONIES_EXECUTOR_NAME"}),
                key(executor, "functions", &ExecutorConfig::functions, texts(),
                    "The functions it offers, as patterns of full names."),
                key(executor, "key", &ExecutorConfig::key, secret(),
                    "Its private key, where it was registered by hand; empty: that of [colony]."),
                key(executor, "location", &ExecutorConfig::location, text(),
                    "Where it is, by the name of one of the colony's locations: processes that ask for another one are "
                    "not taken.",
                    {"EXECUTOR_LOCATION_NAME"}),
                key(executor, "shell", &ExecutorConfig::shell, flag(),
                    "Whether commands of the family unix are joined to one line for `sh -c`."),
                key(executor, "session", &ExecutorConfig::session, flag(),
                    "Whether Python code runs in a session: what it defines stays for later calls."),
                key(executor, "pass_key", &ExecutorConfig::pass_key, flag(),
                    "Whether commands see the executor's private key in their environment."),
            },
            [](const Settings& settings) { return settings.executors.size(); },
            [](Settings& settings) { settings.executors.emplace_back(); }};
}

} // namespace forager::config
