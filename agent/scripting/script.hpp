// One script: its file, its Lua state, and what it declared. The functions that it registers keep it alive.
#pragma once

#include "core/outcome.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/observer.hpp"
#include "ports/process_runner.hpp"
#include "runtime/registry.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripting/line_queue.hpp"
#include "scripting/vm/vm.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forager::http {
class Client;
}

namespace forager::scripting {

/// What the outside world looks like to scripts.
struct World {
    boost::asio::any_io_executor executor;
    Clock& clock;
    Random& random;
    Slicer& slicer;
    BlockingPool& pool;
    ProcessRunner& processes;
    http::Client& http;
    Registry& registry;
    Scheduler& scheduler;
    WorkflowRunner& workflows;
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

    /// The library as data, for the static pass; only before the main chunk runs, which could change it.
    Result<Value> description();

    /// Runs the main chunk; a workflow that it returns is run, too, where the mode is `run`.
    boost::asio::awaitable<Outcome> run_main(const Invocation& invocation, Observer& observer);

    /// Runs one of its functions, kept in the registry of its state.
    boost::asio::awaitable<Outcome> call(int function, const Invocation& invocation, std::vector<Value> args,
                                         Observer& observer);

    /// A handler for the Lua function that was kept at this reference.
    std::shared_ptr<Handler> handler(int function);

    World& world() { return world_; }
    Vm& vm() { return *vm_; }
    Mode mode() const { return mode_; }
    const std::string& path() const { return path_; }

    /// Registers a function that the script declared.
    Result<void> declare(Function function, std::shared_ptr<Handler> handler);

    /// Takes the functions that it declared out of the registry, and forgets its workflows: their handlers hold on to
    /// it.
    void withdraw();

    // The queues of lines that are read while a command runs.
    std::int64_t open_lines();
    std::shared_ptr<LineQueue> lines(std::int64_t id) const;
    void close_lines(std::int64_t id);

    /// The workflows that it declared, by name.
    std::map<std::string, Workflow> workflows;
    std::string returned_workflow;           ///< the one that the main chunk returned, or empty
    std::optional<Outputs> workflow_results; ///< of that one, in the order of its tasks, which Lua would not keep

    // What the binding that is being called answers: kept here, since pushing it to Lua may raise.
    Outputs kept_answer;
    Failure kept_failure;

    bool used_stub = false; ///< the main chunk went on with data that may be different elsewhere

private:
    void open();

    World world_;
    std::string path_;
    Mode mode_;
    std::shared_ptr<Vm> vm_;
    std::vector<std::string> declared_;
    std::map<std::int64_t, std::shared_ptr<LineQueue>> lines_;
    std::int64_t last_lines_ = 0;
    int main_ = LUA_NOREF;          // the compiled main chunk
    int run_main_ = LUA_NOREF;      // the library's function that calls it
    int describe_ = LUA_NOREF;      // the library's function that describes it
    int call_function_ = LUA_NOREF; // the library's function that calls a declared one with its context
};

} // namespace forager::scripting
