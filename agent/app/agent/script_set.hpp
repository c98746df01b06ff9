// The scripts that the agent serves: loaded at its start and again when it is told to. One that does not load leaves
// the earlier one of its file as it was. The program's own scripts are served, too, where no other one serves their
// family. On the strand.
#pragma once

#include "app/agent/log.hpp"
#include "app/agent/observer.hpp"
#include "app/app.hpp"
#include "runtime/gate.hpp"
#include "runtime/supervisor.hpp"
#include "scripting/script.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

class ScriptSet {
public:
    struct Status {
        std::string path;
        bool serves = false;            ///< there is one of this file that works
        std::optional<Failure> problem; ///< why the file as it is now does not
        std::size_t heap = 0;           ///< bytes of its Lua heap, where it works
    };

    /// All that is passed must outlive it.
    ScriptSet(App& app, AgentObserver& observer, const AgentLog& log, Supervisor& loops, Gate& gate,
              std::vector<std::string> patterns);
    ScriptSet(const ScriptSet&) = delete;
    ScriptSet& operator=(const ScriptSet&) = delete;
    ~ScriptSet();

    /// Loads what the patterns find, and drops what is not there any more. One at a time.
    boost::asio::awaitable<void> load();

    /// Whether a file that could be a part of the scripts is new, changed or gone since they were loaded.
    boost::asio::awaitable<bool> changed();

    /// Of the program's own ones, only those that do not work.
    std::vector<Status> list() const;

    /// Those that work, the program's own ones as well.
    std::vector<std::shared_ptr<scripting::Script>> scripts() const;

    /// The path of the script that has declared the function, or does it again and again; empty: none that works.
    std::string script_of(const std::string& function) const;

    /// The events that the scripts which work want to hear of.
    std::vector<scripting::Watcher> watchers() const;

private:
    struct Entry {
        std::shared_ptr<scripting::Script> script; // null: none has worked yet
        std::optional<Failure> problem;
        std::vector<std::string> loops;
    };

    boost::asio::awaitable<std::vector<std::string>> files();
    boost::asio::awaitable<std::string> fingerprint();
    boost::asio::awaitable<void> load_one(std::string path);
    boost::asio::awaitable<void> load_builtin(std::string family);
    void replace_builtins(const scripting::Script& by, Registry& staged);
    boost::asio::awaitable<Result<void>> stage(std::string path, Registry& staged,
                                               std::shared_ptr<scripting::Script>& script);
    Result<void> has_hooks_of_its_own(const std::string& path, const scripting::Script& script) const;
    boost::asio::awaitable<void> end_loops(Entry& entry);
    void start_loops(Entry& entry);
    boost::asio::awaitable<void> again_and_again(const scripting::Schedule& schedule);
    boost::asio::awaitable<void> call(const scripting::Schedule& schedule);
    boost::asio::awaitable<void> drop(std::string path);
    void note_owners();

    App& app_;
    AgentObserver& observer_;
    const AgentLog& log_;
    Supervisor& loops_;
    Gate& gate_; // for what they do by themselves
    std::vector<std::string> patterns_;
    std::map<std::string, Entry> entries_;
    std::map<std::string, std::string, std::less<>> owners_; // the scripts of functions
    std::string loaded_;                                     // what the files looked like
};

} // namespace forager
