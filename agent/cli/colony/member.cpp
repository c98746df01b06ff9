#include "cli/colony/member.hpp"

#include "app/agent/colony_member.hpp"
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/output.hpp"
#include "cli/plain_progress.hpp"
#include "clients/colonies/client.hpp"
#include "clients/colonies/refusal.hpp"

#include <utility>

namespace forager::cli {

namespace {

Failure advised(Failure failure, const ColonyMember& member)
{
    if (colonies::is_no_colony(failure))
        failure.message += "; [colony] name (COLONIES_COLONY_NAME) says which one is asked";
    else if (colonies::refusal_of(failure) == colonies::Refusal::not_member)
        failure.message += "; the key that asked has the id " + member.caller().key.id() +
                           ": the colony's owner adds that as a user's ('colonies user add'), or [colony] name and key "
                           "(COLONIES_COLONY_NAME, COLONIES_PRVKEY) are to be set otherwise";
    else if (failure.code == Errc::unreachable)
        failure.message += "; [colony] host, port and tls (COLONIES_SERVER_HOST, COLONIES_SERVER_PORT, COLONIES_TLS) "
                           "say where the server is";
    return failure;
}

} // namespace

Ending colony_answer(const Common& common, Progress& progress, const ColonyQuestion& question)
{
    auto settings = settings_for(common);
    if (!settings)
        return {settings.error(), {}};
    AppConfig config;
    config.tick = [&] { progress.tick(); };
    config.last_words = [&](const Failure& failure) { print_last_words(failure, common); };
    App app{std::move(config), progress};
    connect_peers(common, app);
    const auto member = colony_member(*settings, app);
    if (!member)
        return {member.error(), {}};
    Ending ending = app.execute(question(app, **member));
    progress.finish();
    if (!ending.outcome)
        ending.outcome = advised(ending.outcome.error(), **member);
    return ending;
}

int ask_colony(const Common& common, const ColonyQuestion& question,
               const std::function<std::string(const Value&)>& shown)
{
    PlainProgress progress{true, false};
    const Ending ending = colony_answer(common, progress, question);
    return print_ending(ending, common, [&](const Value& answer) { return printable(shown(answer)); });
}

} // namespace forager::cli
