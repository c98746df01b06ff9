#include "app/agent/colony_member.hpp"

#include "app/agent/executor_keys.hpp"
#include "clients/colonies/calls/executors.hpp"

#include <string>
#include <utility>

namespace forager {

namespace {

struct Need {
    bool is_there;
    const char* setting;
    const char* variable;
};

// What the settings lack, each with its name in the environment.
Result<void> check(const config::Settings& settings)
{
    const config::ColonyConfig& colony = settings.colony;
    std::string lacking;
    for (const Need& need : {Need{!colony.host.empty(), "host", "COLONIES_SERVER_HOST"},
                             Need{!colony.name.empty(), "name", "COLONIES_COLONY_NAME"}})
        if (!need.is_there)
            lacking += (lacking.empty() ? "" : " and ") + std::string{need.setting} + " (" + need.variable + ")";
    if (lacking.empty())
        return colonies::check_name("colony.name", colony.name);
    return Failure{Errc::refused, "there is no colony: set [colony] " + lacking +
                                      " in the configuration or the environment, and key (COLONIES_PRVKEY)"};
}

Failure without_key(const config::Settings& settings)
{
    std::string message = "[colony] key (COLONIES_PRVKEY) is not set: it is the private key of a user or an executor";
    if (!settings.colony.owner_key.empty())
        message += "; the owner's key alone registers executors, and may not submit";
    return {Errc::refused, std::move(message)};
}

} // namespace

colonies::Client::Config colony_server(const config::ColonyConfig& colony)
{
    colonies::Client::Config config;
    config.host = colony.host;
    config.port = colony.port;
    config.tls = colony.tls;
    config.ca_file = colony.ca_file;
    return config;
}

Result<colonies::PrivateKey> member_key(const config::Settings& settings)
{
    const config::ColonyConfig& colony = settings.colony;
    if (!colony.key.empty())
        return read_key(colony.key, "colony.key");
    const config::ExecutorConfig executor = executors_of(settings).front();
    if (!executor.key.empty())
        return read_key(executor.key, "executor.key");
    auto kept = existing_key(settings.agent.state_dir, colony.name, name_of(executor, settings.agent));
    if (!kept)
        return kept.error();
    if (!*kept)
        return without_key(settings);
    return std::move(**kept);
}

Result<std::unique_ptr<ColonyMember>> colony_member(const config::Settings& settings, App& app)
{
    if (const auto good = check(settings); !good)
        return good.error();
    auto key = member_key(settings);
    if (!key)
        return key.error();
    const auto client = std::make_shared<colonies::Client>(app.pool(), app.clock(), colony_server(settings.colony));
    return std::make_unique<ColonyMember>(client, std::move(*key), settings.colony.name, app.clock());
}

} // namespace forager
