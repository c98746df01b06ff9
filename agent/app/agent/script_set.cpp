#include "app/agent/script_set.hpp"

#include "base/duration.hpp"
#include "ports/within.hpp"
#include "primitives/files/glob.hpp"
#include "primitives/files/paths.hpp"
#include "runtime/run_handler.hpp"
#include "scripting/builtin_scripts.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration longest_load = std::chrono::seconds{10};

// Of the program's own scripts, each is one family and called like it.
constexpr const char* builtin_families[] = {"compute"};

std::string path_of_builtin(std::string_view family)
{
    return std::string{scripting::builtin_folder} + std::string{family} + ".lua";
}

bool is_builtin(const std::string& path)
{
    return path.starts_with(scripting::builtin_folder);
}

bool declares_of(const scripting::Script& script, const std::string& family)
{
    return std::ranges::any_of(script.declared(),
                               [&](const std::string& name) { return name.starts_with(family + "."); });
}

Failure took_too_long()
{
    return {Errc::timed_out, "it did not end within " + to_text(longest_load) +
                                 ": what a script of the agent does by itself belongs into forager.every"};
}

} // namespace

ScriptSet::ScriptSet(App& app, AgentObserver& observer, const AgentLog& log, Supervisor& loops, Gate& gate,
                     std::vector<std::string> patterns)
    : app_{app}, observer_{observer}, log_{log}, loops_{loops}, gate_{gate}, patterns_{std::move(patterns)}
{
}

// What a script does again and again holds on to the script, which holds on to that.
ScriptSet::~ScriptSet()
{
    for (const auto& [path, entry] : entries_)
        if (entry.script)
            entry.script->retire();
}

asio::awaitable<std::vector<std::string>> ScriptSet::files()
{
    std::set<std::string> found;
    for (const std::string& pattern : patterns_) {
        const Stop never{false};
        auto look = [&pattern, &never] { return blocking::glob(pattern, never); };
        const auto matches = co_await app_.pool().run(look);
        if (matches)
            found.insert(matches->begin(), matches->end());
        else
            log_.warn("cannot look for scripts: " + matches.error().message, {{"pattern", pattern}});
    }
    co_return std::vector<std::string>{found.begin(), found.end()};
}

// Modules lie beside the scripts.
asio::awaitable<std::string> ScriptSet::fingerprint()
{
    auto look = [this] {
        std::string text;
        for (const std::string& pattern : patterns_) {
            const Stop never{false};
            const auto found = blocking::glob(parent_of(pattern) + "/*.lua", never);
            for (const std::string& path : found ? *found : std::vector<std::string>{}) {
                struct stat status{};
                ::stat(path.c_str(), &status);
                text += path + " " + std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " +
                        std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec) + "\n";
            }
        }
        return text;
    };
    std::string text = co_await app_.pool().run(look);
    co_return text;
}

asio::awaitable<bool> ScriptSet::changed()
{
    const std::string present = co_await fingerprint();
    co_return present != loaded_;
}

asio::awaitable<void> ScriptSet::load()
{
    loaded_ = co_await fingerprint();
    const std::vector<std::string> present = co_await files();
    std::vector<std::string> gone;
    for (const auto& [path, entry] : entries_)
        if (!is_builtin(path) && !std::ranges::binary_search(present, path))
            gone.push_back(path);
    for (const std::string& path : gone)
        co_await drop(path);
    for (const std::string& path : present)
        co_await load_one(path);
    for (const char* family : builtin_families)
        co_await load_builtin(family);
}

// Unless a script of the folders serves the family.
asio::awaitable<void> ScriptSet::load_builtin(std::string family)
{
    const bool is_served = std::ranges::any_of(
        entries_, [&](const auto& entry) { return entry.second.script && declares_of(*entry.second.script, family); });
    if (!is_served)
        co_await load_one(path_of_builtin(family));
    app_.registry().add_unavailable(std::move(family), "");
}

// What a script declares takes the place of the program's own script of that family, and of no other's.
void ScriptSet::replace_builtins(const scripting::Script& by, Registry& staged)
{
    for (const char* family : builtin_families) {
        const auto own = entries_.find(path_of_builtin(family));
        if (own == entries_.end() || !own->second.script)
            continue;
        if (!declares_of(by, family)) {
            staged.keep(own->second.script->declared());
            continue;
        }
        own->second.script->retire();
        own->second.script.reset();
    }
}

asio::awaitable<void> ScriptSet::load_one(std::string path)
{
    Entry& entry = entries_[path];
    std::set<std::string, std::less<>> replaced;
    for (const auto& [other_path, other] : entries_)
        if (other.script && (other_path == path || is_builtin(other_path)))
            replaced.insert(other.script->declared().begin(), other.script->declared().end());
    Registry staged{app_.registry(), std::move(replaced)};
    std::shared_ptr<scripting::Script> script;
    const Result<void> loaded = co_await stage(path, staged, script);
    if (!loaded) {
        entry.problem = loaded.error();
        const std::string where = loaded.error().where.empty() ? path : loaded.error().where;
        log_.fail(where + ": " + loaded.error().message +
                      (entry.script ? " (the script as it was before goes on)" : " (the script is left out)"),
                  {{"script", path}});
        script->retire();
        co_return;
    }
    co_await end_loops(entry);
    if (!is_builtin(path))
        replace_builtins(*script, staged);
    app_.registry().adopt(staged);
    script->moved_to(app_.registry());
    if (entry.script)
        entry.script->retire();
    entry.script = std::move(script);
    entry.problem.reset();
    note_owners();
    start_loops(entry);
    log_.write(is_builtin(path) ? LogLevel::debug : LogLevel::info, "loaded",
               {{"script", path}, {"functions", entry.script->declared().size()}});
}

asio::awaitable<Result<void>> ScriptSet::stage(std::string path, Registry& staged,
                                               std::shared_ptr<scripting::Script>& script)
{
    script = app_.script(path, scripting::Script::Mode::load, {staged, app_.scheduler(), app_.workflows()});
    if (auto loaded = script->load(); !loaded)
        co_return loaded.error();
    Invocation invocation;
    invocation.id = app_.scheduler().fresh_id();
    invocation.function = path;
    invocation.source = "load";
    auto ended =
        co_await within(app_.clock(), app_.clock().now() + longest_load, script->run_main(invocation, observer_));
    if (!ended)
        co_return took_too_long();
    if (!*ended)
        co_return ended->error();
    for (const auto& [name, workflow] : script->workflows)
        if (auto checked = app_.workflows().check(workflow, &staged); !checked)
            co_return checked.error();
    co_return has_hooks_of_its_own(path, *script);
}

Result<void> ScriptSet::has_hooks_of_its_own(const std::string& path, const scripting::Script& script) const
{
    for (const scripting::Watcher& watcher : script.watchers)
        for (const auto& [other_path, entry] : entries_) {
            if (other_path == path || !entry.script)
                continue;
            if (auto only = check_is_only_one(watcher, entry.script->watchers); !only)
                return only;
        }
    return {};
}

void ScriptSet::start_loops(Entry& entry)
{
    for (const scripting::Schedule& schedule : entry.script->schedules) {
        if (!schedule.every)
            continue;
        entry.loops.push_back(schedule.name);
        loops_.start(schedule.name, [this, schedule] { return again_and_again(schedule); });
    }
}

asio::awaitable<void> ScriptSet::end_loops(Entry& entry)
{
    for (const std::string& name : std::exchange(entry.loops, {}))
        co_await loops_.end(name);
}

// A call that takes longer than the period is not overtaken by the next.
asio::awaitable<void> ScriptSet::again_and_again(const scripting::Schedule& schedule)
{
    Clock& clock = app_.clock();
    TimePoint due = clock.now();
    for (;;) {
        co_await gate_.opened();
        co_await call(schedule);
        const auto passed = (clock.now() - due) / schedule.period;
        due += schedule.period * (passed + 1);
        co_await sleep_until(clock, due);
    }
}

asio::awaitable<void> ScriptSet::call(const scripting::Schedule& schedule)
{
    const Gate::Inside inside = gate_.pass();
    Invocation invocation;
    invocation.id = app_.scheduler().fresh_id();
    invocation.function = schedule.name;
    invocation.source = "timer";
    const Outcome outcome = co_await run_handler(*schedule.every, invocation, {}, observer_);
    const std::string error = outcome ? std::string{} : sentence_of(outcome.error());
    const bool news = loops_.report(schedule.name, error);
    if (!outcome)
        observer_.state(invocation, State::failed, error);
    if (!outcome && news) // the same again and again says nothing new
        observer_.trace(invocation, outcome.error());
}

asio::awaitable<void> ScriptSet::drop(std::string path)
{
    Entry& entry = entries_[path];
    co_await end_loops(entry);
    if (entry.script)
        entry.script->withdraw();
    entries_.erase(path);
    note_owners();
    log_.info("its file is gone: the script is not served any more", {{"script", path}});
}

void ScriptSet::note_owners()
{
    owners_.clear();
    for (const auto& [path, entry] : entries_) {
        if (!entry.script)
            continue;
        for (const std::string& function : entry.script->declared())
            owners_.insert_or_assign(function, path);
        for (const scripting::Schedule& schedule : entry.script->schedules)
            if (schedule.every)
                owners_.insert_or_assign(schedule.name, path);
    }
}

std::string ScriptSet::script_of(const std::string& function) const
{
    const auto owner = owners_.find(function);
    return owner == owners_.end() ? std::string{} : owner->second;
}

std::vector<std::shared_ptr<scripting::Script>> ScriptSet::scripts() const
{
    std::vector<std::shared_ptr<scripting::Script>> scripts;
    for (const auto& [path, entry] : entries_)
        if (entry.script)
            scripts.push_back(entry.script);
    return scripts;
}

std::vector<ScriptSet::Status> ScriptSet::list() const
{
    std::vector<Status> statuses;
    for (const auto& [path, entry] : entries_)
        if (!is_builtin(path) || entry.problem)
            statuses.push_back(
                {path, entry.script != nullptr, entry.problem, entry.script ? entry.script->vm().heap().used() : 0});
    return statuses;
}

std::vector<scripting::Watcher> ScriptSet::watchers() const
{
    std::vector<scripting::Watcher> all;
    for (const auto& [path, entry] : entries_)
        if (entry.script)
            all.insert(all.end(), entry.script->watchers.begin(), entry.script->watchers.end());
    return all;
}

} // namespace forager
