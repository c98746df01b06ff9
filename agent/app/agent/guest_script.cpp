#include "app/agent/guest_script.hpp"

#include <utility>

namespace forager {

GuestScript::GuestScript(App& app, Observer& observer, std::string path)
    : registry_{app.registry(), {}},
      scheduler_{app.executor(), registry_, app.clock(), app.random(), observer},
      workflows_{scheduler_},
      script_{app.script(std::move(path), scripting::Script::Mode::run, {registry_, scheduler_, workflows_})}
{
}

} // namespace forager
