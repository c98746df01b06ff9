#include "sources/colony/desk.hpp"

#include <utility>

namespace forager::colony {

std::vector<std::string> Desk::function_names() const
{
    std::vector<std::string> names;
    for (const Function& function : services.functions())
        names.push_back(function.name);
    return names;
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

void Desk::settle(const std::string& id, std::string note)
{
    outbox.told(id, std::move(note));
    holdings.remove(id);
    changed.set();
}

} // namespace forager::colony
