#include "sources/colony/desk.hpp"

#include <utility>

namespace forager::colony {

const std::vector<std::string>& Desk::function_names()
{
    if (names && names->at == services.changes())
        return names->all;
    FunctionNames& fresh = names.emplace();
    fresh.at = services.changes();
    for (Function& function : services.functions())
        fresh.all.push_back(std::move(function.name));
    return fresh.all;
}

void Desk::dismiss(const std::string& id, std::string_view why)
{
    Held* held = holdings.find(id);
    if (held == nullptr || !held->dismissed.empty())
        return;
    held->dismissed = why;
    if (!held->outcome)
        (void)services.cancel(id);
}

void Desk::dismiss_all(std::string_view why)
{
    std::vector<std::string> ids;
    for (const auto& [id, held] : holdings.all())
        ids.push_back(id);
    for (const std::string& id : ids)
        dismiss(id, why);
}

void Desk::doubt()
{
    enrolled = false;
    changed.set();
}

void Desk::hinder(const std::string& why, Duration pause)
{
    if (!obstacle || obstacle->why != why)
        obstacle = Obstacle{why, now(), {}};
    obstacle->next_try = now() + pause;
}

void Desk::settle(const std::string& id, std::string note)
{
    outbox.told(id, std::move(note));
    forget(id);
}

void Desk::forget(const std::string& id)
{
    holdings.remove(id);
    changed.set();
}

} // namespace forager::colony
