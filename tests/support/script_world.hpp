// Scripts under a virtual clock: the world of the runtime tests, with the parts that scripts see besides.
#pragma once

#include "io/http/client.hpp"
#include "io/pool.hpp"
#include "io/process/local_process_runner.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/slicer.hpp"
#include "store/memory.hpp"
#include "temp_folder.hpp"
#include "world.hpp"

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace forager::test {

class ScriptWorld : public World {
public:
    using Mode = scripting::Script::Mode;

    ScriptWorld() { scheduler.keep_in(journal); }

    /// Another journal than its own, which must outlive it.
    explicit ScriptWorld(Journal& kept) : journal_in_use_{&kept} { scheduler.keep_in(kept); }

    ~ScriptWorld()
    {
        for (const auto& script : scripts_)
            script->withdraw();
        clock.run_for(io, {});
    }

    /// A script with this text, loaded.
    scripting::Script& script(std::string_view text, Mode mode = Mode::run, scripting::Vm::Config config = {})
    {
        const std::string path = folder_.path() + "/script.lua";
        std::ofstream{path} << text;
        const scripting::World outside{io.get_executor(), clock,  random,   slicer_,   pool_,
                                       processes_,        http_,  registry, scheduler, runner,
                                       *journal_in_use_,  values, signals};
        scripts_.push_back(std::make_shared<scripting::Script>(outside, path, mode, config));
        if (auto loaded = scripts_.back()->load(); !loaded)
            throw std::logic_error{loaded.error().message};
        return *scripts_.back();
    }

    /// Runs a script's main chunk to its end.
    Outcome run_script(std::string_view text, Mode mode = Mode::run, scripting::Vm::Config config = {})
    {
        return run(script(text, mode, config).run_main(invocation, observer));
    }

    Invocation invocation;
    store::MemoryJournal journal;
    store::MemoryValues values;
    Signals signals;

private:
    Journal* journal_in_use_ = &journal;
    TempFolder folder_;
    BlockingPool pool_;
    LocalProcessRunner processes_{io.get_executor(), pool_, clock};
    http::Client http_{pool_, clock};
    scripting::Slicer slicer_{scripting::Vm::slice_over};
    std::vector<std::shared_ptr<scripting::Script>> scripts_;
};

} // namespace forager::test
