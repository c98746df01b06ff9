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

    /// Everything by this seed; what is recorded goes where `keep_in` says. `library` must outlive it: it is compiled
    /// once for many worlds.
    ScriptWorld(std::uint64_t seed, SchedulerConfig config, scripting::Library& library)
        : World{seed, config}, library_{&library}
    {
    }

    ~ScriptWorld()
    {
        for (const auto& script : scripts_)
            script->withdraw();
        clock.run_for(io, {});
    }

    /// A script with this text, loaded.
    scripting::Script& script(std::string_view text, Mode mode = Mode::run, scripting::Vm::Config config = {})
    {
        return make(text, mode, config, registry);
    }

    /// What scripts record from now on is kept here, which must outlive them.
    void keep_in(Journal& kept)
    {
        journal_in_use_ = &kept;
        scheduler.keep_in(kept);
    }

    /// Loads this text in place of the last script, as a reload does: what runs ends with what it began with.
    void replace(std::string_view text)
    {
        scripting::Script& last = *scripts_.back();
        Registry staged{registry, {last.declared().begin(), last.declared().end()}};
        scripting::Script& next = make(text, Mode::load, {}, staged);
        if (auto ended = run(next.run_main(invocation, observer)); !ended)
            throw std::logic_error{ended.error().message};
        registry.adopt(staged);
        next.moved_to(registry);
        last.retire();
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
    scripting::ColonyAccess colony = [] { return Failure{Errc::refused, "there is no colony"}; };
    DockerAccess docker = [] { return Failure{Errc::refused, "there is no Docker engine"}; };
    KubernetesAccess kubernetes = [] { return Failure{Errc::refused, "there is no Kubernetes cluster"}; };
    cfs::FilesAccess files = [] { return Failure{Errc::refused, "there are no colony's files"}; };
    StoreAccess store = [] { return Failure{Errc::refused, "there is no object store"}; };
    BrokerAccess brokers = [](std::string_view) { return Failure{Errc::refused, "there is no broker"}; };
    MonitorsAccess monitors = [] { return Failure{Errc::refused, "there are no monitors"}; };
    WorkQueueAccess queue = [] { return Failure{Errc::refused, "there is no queue"}; };
    TouchAccess touch;
    scripting::Border* border = nullptr; ///< of the scripts that are made from now on

private:
    scripting::Script& make(std::string_view text, Mode mode, scripting::Vm::Config config, Registry& declares)
    {
        const std::string path = folder_.path() + "/script.lua";
        std::ofstream{path} << text;
        const scripting::World outside{
            io.get_executor(), clock,     random, slicer_,          *library_, pool_,   processes_, http_,
            declares,          scheduler, runner, *journal_in_use_, values,    signals, colony,     docker,
            kubernetes,        files,     store,  brokers,          monitors,  queue,   touch,      border};
        scripts_.push_back(std::make_shared<scripting::Script>(outside, path, mode, config));
        if (auto loaded = scripts_.back()->load(); !loaded)
            throw std::logic_error{loaded.error().message};
        return *scripts_.back();
    }

    Journal* journal_in_use_ = &journal;
    TempFolder folder_;
    BlockingPool pool_;
    LocalProcessRunner processes_{io.get_executor(), pool_, clock};
    http::Client http_{pool_, clock};
    scripting::Slicer slicer_{scripting::Vm::slice_over};
    scripting::Library own_library_;
    scripting::Library* library_ = &own_library_;
    std::vector<std::shared_ptr<scripting::Script>> scripts_;
};

} // namespace forager::test
