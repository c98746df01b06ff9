// What scripts ask of a colony: its blueprints, and the definitions of their kinds.
#include "scripting/bindings/bindings.hpp"

#include "primitives/colony/blueprints.hpp"
#include "scripting/bindings/colony_asked.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

asio::awaitable<Outcome> list_blueprints(ColonyMember& member, const Request& request)
{
    return one(colony_work::list_blueprints(member, text(request, 0)));
}

asio::awaitable<Outcome> get_blueprint(ColonyMember& member, const Request& request)
{
    return one(colony_work::get_blueprint(member, text(request, 0)));
}

asio::awaitable<Outcome> add_blueprint(ColonyMember& member, const Request& request)
{
    return one(colony_work::add_blueprint(member, table(request, 0)));
}

// (document, force)
asio::awaitable<Outcome> update_blueprint(ColonyMember& member, const Request& request)
{
    return one(colony_work::update_blueprint(member, table(request, 0), flag(request, 1)));
}

// (document, force)
asio::awaitable<Outcome> apply_document(ColonyMember& member, const Request& request)
{
    return one(colony_work::apply_document(member, table(request, 0), flag(request, 1)));
}

asio::awaitable<Outcome> remove_blueprint(ColonyMember& member, const Request& request)
{
    return none(colony_work::remove_blueprint(member, text(request, 0)));
}

// (name, force)
asio::awaitable<Outcome> reconcile_blueprint(ColonyMember& member, const Request& request)
{
    return one(colony_work::reconcile_blueprint(member, text(request, 0), flag(request, 1)));
}

asio::awaitable<Outcome> blueprint_history(ColonyMember& member, const Request& request)
{
    return one(colony_work::blueprint_history(member, text(request, 0)));
}

// (name, status)
asio::awaitable<Outcome> set_blueprint_status(ColonyMember& member, const Request& request)
{
    return none(colony_work::set_blueprint_status(member, text(request, 0), table(request, 1)));
}

asio::awaitable<Outcome> list_definitions(ColonyMember& member, const Request&)
{
    return one(colony_work::list_definitions(member));
}

asio::awaitable<Outcome> get_definition(ColonyMember& member, const Request& request)
{
    return one(colony_work::get_definition(member, text(request, 0)));
}

asio::awaitable<Outcome> add_definition(ColonyMember& member, const Request& request)
{
    return one(colony_work::add_definition(member, table(request, 0)));
}

asio::awaitable<Outcome> remove_definition(ColonyMember& member, const Request& request)
{
    return none(colony_work::remove_definition(member, text(request, 0)));
}

constexpr const char* blueprint_stub =
    R"({"blueprintid":"","kind":"","metadata":{"name":"","colonyname":"","generation":1},"spec":{},
        "status":{"phase":"Running","instances":[]}})";
constexpr const char* definition_stub =
    R"({"blueprintdefinitionid":"","kind":"BlueprintDefinition","metadata":{"name":"","colonyname":""},
        "spec":{"names":{"kind":""},"handler":{"executorType":"","functionName":""}}})";

constexpr Binding bindings[] = {
    {"colony_list_blueprints", Outside{asked<list_blueprints>, "colony.blueprints.list"}, "[]"},
    {"colony_get_blueprint", Outside{asked<get_blueprint>, "colony.blueprints.get"}, blueprint_stub},
    {"colony_add_blueprint", Outside{asked<add_blueprint>, "colony.blueprints.add"}, blueprint_stub},
    {"colony_update_blueprint", Outside{asked<update_blueprint>, "colony.blueprints.update"}, blueprint_stub},
    {"colony_apply_document", Outside{asked<apply_document>, "colony.blueprints.apply"},
     R"({"change":"created","kind":"","name":"","document":{"kind":"","metadata":{"name":""},"spec":{}}})"},
    {"colony_remove_blueprint", Outside{asked<remove_blueprint>, "colony.blueprints.remove"}},
    {"colony_reconcile_blueprint", Outside{asked<reconcile_blueprint>, "colony.blueprints.reconcile"},
     R"({"id":"","state":"waiting","func":"","args":[],"kwargs":{},"input":[]})"},
    {"colony_blueprint_history", Outside{asked<blueprint_history>, "colony.blueprints.history"}, "[]"},
    {"colony_set_blueprint_status", Outside{asked<set_blueprint_status>, "colony.blueprints.set_status"}},
    {"colony_list_definitions", Outside{asked<list_definitions>, "colony.blueprints.definitions.list"}, "[]"},
    {"colony_get_definition", Outside{asked<get_definition>, "colony.blueprints.definitions.get"}, definition_stub},
    {"colony_add_definition", Outside{asked<add_definition>, "colony.blueprints.definitions.add"}, definition_stub},
    {"colony_remove_definition", Outside{asked<remove_definition>, "colony.blueprints.definitions.remove"}},
};

} // namespace

std::span<const Binding> colony_blueprint_bindings()
{
    return bindings;
}

} // namespace forager::scripting
