#include "clients/colonies/calls/blueprints.hpp"

#include "clients/colonies/calls/ask.hpp"

#include <utility>

namespace forager::colonies {

namespace asio = boost::asio;

namespace {

Object named(std::string colony, std::string name)
{
    return {{"namespace", std::move(colony)}, {"name", std::move(name)}};
}

} // namespace

asio::awaitable<Result<BlueprintDefinition>> add_blueprint_definition(Caller owner, BlueprintDefinition definition)
{
    return ask<BlueprintDefinition>(std::move(owner), "addblueprintdefinitionmsg",
                                    {{"blueprintdefinition", to_object(definition)}});
}

asio::awaitable<Result<void>> remove_blueprint_definition(Caller owner, std::string colony, std::string name)
{
    return tell(std::move(owner), "removeblueprintdefinitionmsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<BlueprintDefinition>> get_blueprint_definition(Caller member, std::string colony,
                                                                      std::string name)
{
    return ask<BlueprintDefinition>(std::move(member), "getblueprintdefinitionmsg",
                                    {{"colonyname", std::move(colony)}, {"name", std::move(name)}});
}

asio::awaitable<Result<std::vector<BlueprintDefinition>>> get_blueprint_definitions(Caller member, std::string colony)
{
    return ask_list<BlueprintDefinition>(std::move(member), "getblueprintdefinitionsmsg",
                                         {{"colonyname", std::move(colony)}});
}

asio::awaitable<Result<Blueprint>> add_blueprint(Caller member, Blueprint blueprint)
{
    return ask<Blueprint>(std::move(member), "addblueprintmsg", {{"blueprint", to_object(blueprint)}});
}

asio::awaitable<Result<Blueprint>> get_blueprint(Caller member, std::string colony, std::string name)
{
    return ask<Blueprint>(std::move(member), "getblueprintmsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<std::vector<Blueprint>>> get_blueprints(Caller member, std::string colony, std::string kind,
                                                               std::string location)
{
    return ask_list<Blueprint>(
        std::move(member), "getblueprintsmsg",
        {{"namespace", std::move(colony)}, {"kind", std::move(kind)}, {"locationname", std::move(location)}});
}

asio::awaitable<Result<Blueprint>> update_blueprint(Caller member, Blueprint blueprint, bool force)
{
    return ask<Blueprint>(std::move(member), "updateblueprintmsg",
                          {{"blueprint", to_object(blueprint)}, {"forcegeneration", force}});
}

asio::awaitable<Result<void>> update_blueprint_status(Caller member, std::string colony, std::string name,
                                                      Object status)
{
    return tell(std::move(member), "updateblueprintstatusmsg",
                {{"colonyname", std::move(colony)}, {"blueprintname", std::move(name)}, {"status", std::move(status)}});
}

asio::awaitable<Result<Process>> reconcile_blueprint(Caller member, std::string colony, std::string name, bool force)
{
    Object payload = named(std::move(colony), std::move(name));
    payload.append("force", force);
    return ask<Process>(std::move(member), "reconcileblueprintmsg", std::move(payload));
}

asio::awaitable<Result<void>> remove_blueprint(Caller member, std::string colony, std::string name)
{
    return tell(std::move(member), "removeblueprintmsg", named(std::move(colony), std::move(name)));
}

asio::awaitable<Result<std::vector<BlueprintChange>>> get_blueprint_history(Caller member, std::string blueprint,
                                                                            std::int64_t limit)
{
    return ask_list<BlueprintChange>(std::move(member), "getblueprinthistorymsg",
                                     {{"blueprintid", std::move(blueprint)}, {"limit", limit}});
}

} // namespace forager::colonies
