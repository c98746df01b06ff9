#include "app/stage.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

Stage::Stage(App& app, scripting::Border& border, const Stand& stand)
    : app_{app},
      border_{border},
      scheduler_{app.executor(), registry_, app.clock(), app.random(), app.scheduler().observer()},
      workflows_{scheduler_}
{
    for (const Registry::EntryPtr& entry : app.registry().list())
        (void)registry_.add(entry->function, stand(entry));
}

Stage::~Stage()
{
    for (const auto& script : scripts_)
        script->withdraw();
}

std::shared_ptr<scripting::Script> Stage::script(std::string path, scripting::Script::Mode mode)
{
    App::Place place{registry_, scheduler_, workflows_};
    place.border = &border_;
    return scripts_.emplace_back(app_.script(std::move(path), mode, place));
}

std::vector<std::string> Stage::declared() const
{
    std::vector<std::string> names;
    for (const auto& script : scripts_)
        names.insert(names.end(), script->declared().begin(), script->declared().end());
    return names;
}

namespace {

Result<std::shared_ptr<scripting::Script>> loaded(Stage& stage, const StagedScript& staged,
                                                  scripting::Script::Mode mode)
{
    auto script = stage.script(staged.path, mode);
    if (auto done = staged.text ? script->load(*staged.text) : script->load(); !done)
        return done.error();
    return script;
}

} // namespace

asio::awaitable<Outcome> perform(Stage& stage, StagedWork work, Observer& observer)
{
    using Mode = scripting::Script::Mode;
    work.invocation.id = stage.scheduler().fresh_id();
    for (std::size_t i = 0; i < work.scripts.size(); ++i) {
        const auto script = loaded(stage, work.scripts[i], work.is_script ? Mode::run : Mode::load);
        if (!script)
            co_return script.error();
        Invocation loading;
        loading.function = work.scripts[i].path;
        loading.source = "load";
        auto outcome = co_await (*script)->run_main(work.is_script ? work.invocation : loading, observer);
        if (!outcome || work.is_script)
            co_return outcome;
    }
    auto outcome = co_await stage.scheduler().call(std::move(work.invocation), observer);
    co_return outcome;
}

} // namespace forager
