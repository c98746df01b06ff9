// One script: its file, its Lua state, and what it declared. The functions that it registers keep it alive.
#pragma once

#include "core/outcome.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/journal.hpp"
#include "ports/key_values.hpp"
#include "ports/monitors.hpp"
#include "ports/observer.hpp"
#include "ports/process_runner.hpp"
#include "ports/store_access.hpp"
#include "ports/touch_access.hpp"
#include "ports/work_queue.hpp"
#include "primitives/broker/access.hpp"
#include "primitives/cfs/access.hpp"
#include "primitives/docker/access.hpp"
#include "primitives/kubernetes/access.hpp"
#include "runtime/registry.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/signals.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripting/border.hpp"
#include "scripting/declared_reconciler.hpp"
#include "scripting/library.hpp"
#include "scripting/line_queue.hpp"
#include "scripting/vm/vm.hpp"
#include "scripting/watcher.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager {
class ColonyMember;
class Feed;
} // namespace forager

namespace forager::http {
class Client;
}

namespace forager::scripting {

class Listener;
class Coverage;
class Session;
class TestBench;

/// The member of the colony as whom scripts ask it, made when it is first wanted. Failures: refused, with what to set.
using ColonyAccess = std::function<Result<ColonyMember*>()>;

/// What the outside world looks like to scripts.
struct World {
    boost::asio::any_io_executor executor;
    Clock& clock;
    Random& random;
    Slicer& slicer;
    Library& library;
    BlockingPool& pool;
    ProcessRunner& processes;
    http::Client& http;
    Registry& registry;
    Scheduler& scheduler;
    WorkflowRunner& workflows;
    Journal& journal;
    KeyValues& values;
    Signals& signals;
    const ColonyAccess& colony;
    const DockerAccess& docker;
    const KubernetesAccess& kubernetes;
    const cfs::FilesAccess& files;
    const StoreAccess& store;
    const BrokerAccess& brokers;
    const MonitorsAccess& monitors;
    const WorkQueueAccess& queue;
    const TouchAccess& touch;
    Border* border = nullptr;     ///< who answers what they ask of the world; null: the world
    TestBench* bench = nullptr;   ///< of a file of tests
    Coverage* coverage = nullptr; ///< what counts the lines that run; null: nobody
};

/// Something that a script wants to be done at certain times.
struct Schedule {
    std::string name;               ///< of what is done: a workflow, or the place of `every`
    std::string cron;               ///< when; or else
    Duration period{};              ///< how often
    std::string zone;               ///< time zone of `cron`; empty: the machine's
    std::string missed;             ///< what becomes of runs that were missed: "once", "skip", "all"
    std::shared_ptr<Handler> every; ///< what is done; null: the workflow
};

class Script : public std::enable_shared_from_this<Script> {
public:
    enum class Mode {
        run,  ///< the main chunk is the work: it may go on for as long as it likes
        load, ///< only what it declares is wanted; the main chunk's own tasks end with it
        check ///< as load, and nothing is done: calls that wait are answered by stubs
    };

    Script(World world, std::string path, Mode mode, Vm::Config config = {});
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;

    static Script& of(lua_State* L);

    /// Reads and compiles the file. Failures have `declaration` set: the script does not load.
    Result<void> load();

    /// The same with this text, whatever the file holds now.
    Result<void> load(std::string_view source);

    /// The library as data, for the static pass; only before the main chunk runs, which could change it.
    Result<Value> description();

    /// Runs the main chunk; a workflow that it returns is run, too, where the mode is `run`.
    boost::asio::awaitable<Outcome> run_main(const Invocation& invocation, Observer& observer);

    /// Runs the main chunk, and then what the session asks for.
    boost::asio::awaitable<Outcome> converse(Session& session, const Invocation& invocation, Observer& observer);

    /// Runs one input of its session, whose main chunk's task is `root`: see `Session::evaluate`.
    boost::asio::awaitable<Outcome> evaluate(Task& root, std::string text, std::int64_t line);

    /// Runs one of its functions, kept in the registry of its state.
    boost::asio::awaitable<Outcome> call(int function, const Invocation& invocation, std::vector<Value> args,
                                         Observer& observer);

    /// As `call`, for a function whose steps are recorded.
    boost::asio::awaitable<Outcome> call_durably(int function, Function declared, const Invocation& invocation,
                                                 std::vector<Value> args, Observer& observer);

    /// Gives the function messages of a listener, one after the other, in the turn that `listening` names. `first_wait`
    /// hears when the function waits, which ends the turn after that message.
    boost::asio::awaitable<Outcome> hear(int function, std::int64_t turn, const Invocation& invocation,
                                         Observer& observer, std::function<void()> first_wait);

    /// A handler for the Lua function that was kept at this reference.
    std::shared_ptr<Handler> handler(int function);

    /// The same for what the script itself holds: it does not keep the script alive.
    std::shared_ptr<Handler> own_handler(int function);

    /// A handler for a durable function.
    std::shared_ptr<Handler> durable_handler(int function, Function declared);

    World& world() { return world_; }
    Registry& registry() { return *registry_; }

    /// What it declared has been taken over by this registry.
    void moved_to(Registry& registry)
    {
        registry_ = &registry;
        served_ = true;
    }

    /// The agent has read what it declares.
    bool is_served() const { return served_; }

    /// The names that it declared.
    const std::vector<std::string>& declared() const { return declared_; }
    Vm& vm() { return *vm_; }

    /// What its code is told that asks for the time.
    WallTime wall();
    TimePoint now();

    /// Who answers its calls that wait; null: nobody stands between it and the world.
    Border* border() { return mode_ == Mode::check ? &stubs_ : world_.border; }
    Mode mode() const { return mode_; }
    const std::string& path() const { return path_; }

    /// Registers a function that the script declared.
    Result<void> declare(Function function, std::shared_ptr<Handler> handler);

    /// Takes the functions that it declared out of the registry, and forgets what holds on to it.
    void withdraw();

    /// As `withdraw`, when another one has taken its place in the registry: what runs goes on.
    void retire();

    // The queues of lines that are read while a command runs.
    std::int64_t open_lines();
    std::shared_ptr<LineQueue> lines(std::int64_t id) const;
    void close_lines(std::int64_t id);

    /// Who gives messages in which turn, while it lasts.
    std::map<std::int64_t, Listener*> listening;
    // What is read one event after another, in a loop of the script: of a container engine, of a cluster.
    std::int64_t keep_feed(std::shared_ptr<Feed> feed);
    std::shared_ptr<Feed> feed(std::int64_t id) const;
    void close_feed(std::int64_t id) { feeds_.erase(id); }
    std::size_t feeds() const { return feeds_.size(); }

    /// The workflows that it declared, by name.
    std::map<std::string, Workflow> workflows;
    std::vector<Schedule> schedules;             ///< what it wants to be done again and again
    std::vector<Watcher> watchers;               ///< the events that it wants to hear of
    std::vector<Monitor> monitors;               ///< of containers, that it declares
    std::vector<DeclaredReconciler> reconcilers; ///< of the kinds of documents that it keeps
    std::string returned_workflow;               ///< the one that the main chunk returned, or empty
    std::optional<Outputs> workflow_results;     ///< of that one, in the order of its tasks, which Lua would not keep

    // What the binding that is being called answers: kept here, since pushing it to Lua may raise.
    Outputs kept_answer;
    Failure kept_failure;

    Session* session = nullptr; ///< the one that it is in

    bool tasks_in_colony = false; ///< the tasks of the workflow that the main chunk returns are called there

    bool used_stub = false; ///< the main chunk went on with data that may be different elsewhere

private:
    boost::asio::awaitable<Outcome> call_in(CommandScope& commands, int function, const Invocation& invocation,
                                            std::vector<Value> args, Observer& observer, Recording* recording);
    std::function<TimePoint(TimePoint)> clean_up_end_of(const Invocation& invocation) const;
    void open();

    World world_;
    Registry* registry_;
    std::string path_;
    Mode mode_;
    StubBorder stubs_;
    std::shared_ptr<Vm> vm_;
    std::string digest_; // of the text that is loaded
    std::vector<std::string> declared_;
    std::map<std::int64_t, std::shared_ptr<LineQueue>> lines_;
    std::int64_t last_lines_ = 0;
    std::map<std::int64_t, std::shared_ptr<Feed>> feeds_;
    std::int64_t last_feed_ = 0;
    bool served_ = false;
    int main_ = LUA_NOREF;     // the compiled main chunk
    int run_main_ = LUA_NOREF; // the library's function that calls it
    int converse_ = LUA_NOREF; // the library's functions for sessions
    int evaluate_ = LUA_NOREF;
    int describe_ = LUA_NOREF;      // the library's function that describes it
    int hear_ = LUA_NOREF;          // the library's function that takes messages for one
    int call_function_ = LUA_NOREF; // the library's function that calls a declared one with its context
};

} // namespace forager::scripting
