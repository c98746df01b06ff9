#include "app/agent/guest_script.hpp"

#include "scripting/builtin_scripts.hpp"

#include <functional>
#include <set>
#include <utility>

namespace forager {

namespace {

// Where the agent serves the same file, the guest's functions stand in front of those, and so they do of the program's
// own scripts.
std::set<std::string, std::less<>> declared_by(const std::string& path, const Registry& registry)
{
    std::set<std::string, std::less<>> names;
    for (const auto& entry : registry.list())
        if (entry->function.where.starts_with(path + ":") ||
            entry->function.where.starts_with(scripting::builtin_folder))
            names.insert(entry->function.name);
    return names;
}

} // namespace

GuestScript::GuestScript(App& app, Observer& observer, std::string path)
    : registry_{app.registry(), declared_by(path, app.registry())},
      scheduler_{app.executor(), registry_, app.clock(), app.random(), observer},
      workflows_{scheduler_},
      script_{app.script(std::move(path), scripting::Script::Mode::run, {registry_, scheduler_, workflows_})}
{
    scheduler_.calls_for(app.scheduler());
}

} // namespace forager
