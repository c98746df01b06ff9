#include "app/agent/colony_member.hpp"

#include "app/agent/executor_keys.hpp"
#include "clients/colonies/calls/executors.hpp"

#include <optional>
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

// Given, or kept since it was made. Nothing where there is none.
Result<std::optional<colonies::PrivateKey>> existing_key_of(const config::ExecutorConfig& executor,
                                                            const config::Settings& settings)
{
    const Secret given = given_key(executor, settings.colony);
    if (given.empty())
        return existing_key(settings.agent.state_dir, settings.colony.name, name_of(executor, settings.agent));
    auto key = read_key(given, executor.key.empty() ? "colony.key" : "executor.key");
    if (!key)
        return key.error();
    return std::move(*key);
}

// Without the owner's key it is no owner.
Result<void> own(ColonyMember& member, const config::ColonyConfig& colony)
{
    if (colony.owner_key.empty())
        return {};
    const auto key = read_key(colony.owner_key, "colony.owner_key");
    if (!key)
        return key.error();
    member.own_with(*key);
    return {};
}

// Those whose keys may be read: a command asks as one of them only by chance.
void add_executors(ColonyMember& member, const config::Settings& settings)
{
    for (const config::ExecutorConfig& executor : executors_of(settings))
        if (const auto key = existing_key_of(executor, settings); key && *key)
            member.add_executor(**key);
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
    auto key = existing_key_of(executors_of(settings).front(), settings);
    if (!key)
        return key.error();
    if (!*key)
        return without_key(settings);
    return std::move(**key);
}

Result<std::unique_ptr<ColonyMember>> colony_member(const config::Settings& settings, App& app)
{
    if (const auto good = check(settings); !good)
        return good.error();
    auto key = member_key(settings);
    if (!key)
        return key.error();
    colonies::Client::Config server = colony_server(settings.colony);
    server.connections = colony_calls_at_once;
    const auto client = std::make_shared<colonies::Client>(app.pool(), app.clock(), server);
    auto member = std::make_unique<ColonyMember>(client, std::move(*key), settings.colony.name, app.clock());
    if (const auto owned = own(*member, settings.colony); !owned)
        return owned.error();
    return member;
}

scripting::ColonyAccess colony_access(const config::Settings& settings, App& app)
{
    return [&settings, &app, made = std::shared_ptr<ColonyMember>{}]() mutable -> Result<ColonyMember*> {
        if (!made) {
            auto member = colony_member(settings, app);
            if (!member)
                return member.error();
            made = std::move(*member);
            add_executors(*made, settings);
        }
        return made.get();
    };
}

} // namespace forager
