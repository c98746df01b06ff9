// The composition root: builds the objects, connects them, and runs the loop. One for a run of the program.
#pragma once

#include "app/watchdog.hpp"
#include "core/outcome.hpp"
#include "functions/backup/settings.hpp"
#include "io/entropy.hpp"
#include "io/http/client.hpp"
#include "io/pool.hpp"
#include "io/process/local_process_runner.hpp"
#include "io/system_clock.hpp"
#include "io/virtual_clock.hpp"
#include "ports/store_access.hpp"
#include "primitives/cfs/access.hpp"
#include "runtime/registry.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/workflow_runner.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/slicer.hpp"
#include "store/memory.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

struct AppConfig {
    std::size_t heap_limit = scripting::Heap::default_limit; ///< of each script, in bytes
    std::optional<std::size_t> tasks;                        ///< that each script may have spawned at once
    std::optional<std::size_t> open_files;        ///< that the system is asked for; nothing: all that it gives
    std::optional<std::size_t> output;            ///< kept of each output of a command, in bytes
    std::string no_docker;                        ///< why there are no containers; empty: there may be some
    std::string no_kubernetes;                    ///< why there is no cluster; empty: there may be one
    std::string no_backup;                        ///< why there are no backups; empty: there may be some
    std::optional<Duration> time_limit;           ///< of the work
    Duration clean_up = std::chrono::seconds{12}; ///< what it may take to end once it was asked to
    SchedulerConfig scheduler;
    std::optional<WallTime> virtual_time;           ///< when a time begins that takes none; nothing: the machine's own
    std::optional<std::uint64_t> seed;              ///< of all chance; nothing: the machine's
    std::function<void()> tick;                     ///< called several times a second while the work goes on
    std::function<void()> hangup;                   ///< what SIGHUP means, where it is not the end
    std::function<void()> interrupt;                ///< the same of SIGINT, while `hear_interrupts` says so
    std::function<void(const Failure&)> last_words; ///< tells the user, when the loop no longer can
};

/// What children begin with: this program's environment without the agent's secrets.
Environment environment_for_children();

/// How the work ended.
struct Ending {
    Outcome outcome;
    std::optional<Watchdog::Stop> stopped; ///< a signal or the time limit ended it
};

class App {
public:
    App(AppConfig config, Observer& observer);
    App(const App&) = delete;
    App& operator=(const App&) = delete;
    ~App();

    /// A script of this app; `load()` is the caller's.
    std::shared_ptr<scripting::Script> script(std::string path, scripting::Script::Mode mode);

    /// Where a script declares, and who runs what it calls.
    struct Place {
        Registry& registry;
        Scheduler& scheduler;
        WorkflowRunner& workflows;
        scripting::Border* border = nullptr;     ///< who answers what it asks of the world
        scripting::TestBench* bench = nullptr;   ///< of a file of tests
        Journal* journal = nullptr;              ///< where it records; null: where all do
        scripting::Coverage* coverage = nullptr; ///< counts its lines
    };

    /// The same at another place; it belongs to the caller, who withdraws it.
    std::shared_ptr<scripting::Script> script(std::string path, scripting::Script::Mode mode, Place place);

    /// Runs the work to its end on this thread. What it started is gone when this returns.
    Ending execute(boost::asio::awaitable<Outcome> work);

    /// Before any script: what scripts record is kept here from now on. Both must outlive the app's work.
    void keep_in(Journal& journal, KeyValues& values);

    /// Before any script: as whom scripts ask the colony.
    void ask_colony_as(scripting::ColonyAccess member) { colony_ = std::move(member); }

    /// Before any script: where their containers run.
    void run_containers_on(DockerAccess engine) { docker_ = std::move(engine); }

    /// Before any script: the cluster that they know.
    void run_pods_in(KubernetesAccess cluster) { kubernetes_ = std::move(cluster); }

    /// Before any script: where their objects are.
    void store_in(StoreAccess store) { store_ = std::move(store); }

    /// Before any script: the colony's files.
    void bring_files_with(cfs::FilesAccess files) { files_ = std::move(files); }

    /// Before any script: what backups are made of, and how.
    void back_up_with(BackupSettingsAccess settings) { backup_ = std::move(settings); }

    /// Before any script: the brokers that they know.
    void talk_to_brokers(BrokerAccess brokers) { brokers_ = std::move(brokers); }
    /// Before any script: where they add and remove monitors.
    void monitor_with(MonitorsAccess monitors) { monitors_ = std::move(monitors); }

    /// Before any script: where they hand in work that is kept.
    void queue_in(WorkQueueAccess queue) { queue_ = std::move(queue); }

    /// Before any script: who hears that the state of documents may have changed.
    void touch_documents_with(TouchAccess touch) { touch_ = std::move(touch); }

    /// Failures: refused.
    Result<Monitors*> monitors() const { return monitors_(); }
    Result<ColonyMember*> colony() const { return colony_(); }
    Result<ObjectStore*> store() const { return store_(); }
    Result<cfs::Files*> files() const { return files_(); }
    const DockerAccess& docker() const { return docker_; }
    const KubernetesAccess& kubernetes() const { return kubernetes_; }

    /// From now on SIGINT means what the configuration says, and whatever computes at that moment ends.
    void hear_interrupts() { hears_interrupts_ = true; }

    boost::asio::any_io_executor executor() { return io_.get_executor(); }
    Clock& clock() { return clock_; }
    VirtualClock* virtual_clock() { return virtual_clock_ ? &*virtual_clock_ : nullptr; }
    TimePoint now() const { return clock_.now(); }
    http::Client& http() { return http_; }
    Random& random() { return random_; }
    BlockingPool& pool() { return pool_; }
    LocalProcessRunner& processes() { return processes_; }
    const AppConfig& config() const { return config_; }
    Signals& signals() { return signals_; }

    Registry& registry() { return registry_; }
    Scheduler& scheduler() { return scheduler_; }
    WorkflowRunner& workflows() { return workflows_; }

private:
    // Calls `tick` again and again.
    class Ticker final : public Timer {
    public:
        explicit Ticker(App& app) : app_{app} {}
        void fire() override;

    private:
        App& app_;
    };

    std::function<void()> hangup_on_the_strand();
    std::function<bool()> interrupt_on_the_strand();
    Failure failure_of_stop(Watchdog::Stop stop) const;
    void last_act(Watchdog::Stop stop);
    void run_loop(const std::function<void()>& stuck);

    AppConfig config_;
    bool executes_ = false; // a signal that comes when the work is done is for nobody
    boost::asio::io_context io_{1};
    SystemClock machine_clock_;
    std::optional<VirtualClock> virtual_clock_;
    Clock& clock_; // one of the two
    SystemRandom random_;
    BlockingPool pool_;
    BlockingPool births_; // of children: a thousand at once hold up no file, and slow files hold up none
    LocalProcessRunner processes_;
    http::Client http_;
    Registry registry_;
    Scheduler scheduler_;
    WorkflowRunner workflows_;
    store::MemoryJournal memory_journal_;
    store::MemoryValues memory_values_;
    Journal* journal_ = &memory_journal_;
    KeyValues* values_ = &memory_values_;
    Signals signals_;
    scripting::ColonyAccess colony_ = [] { return Failure{Errc::refused, "there is no colony here"}; };
    DockerAccess docker_ = [] { return Failure{Errc::refused, "there is no Docker engine here"}; };
    KubernetesAccess kubernetes_ = [] { return Failure{Errc::refused, "there is no Kubernetes cluster here"}; };
    StoreAccess store_ = [] { return Failure{Errc::refused, "there is no object store here"}; };
    cfs::FilesAccess files_ = [] { return Failure{Errc::refused, "there are no colony's files here"}; };
    BackupSettingsAccess backup_ = [] { return Failure{Errc::refused, "there is nothing to back up here"}; };
    BrokerAccess brokers_ = [](std::string_view) { return Failure{Errc::refused, "there is no broker here"}; };
    MonitorsAccess monitors_ = [] {
        return Failure{Errc::refused, "monitors are kept by the agent: start one with 'forager agent', and call this "
                                      "in a function of a script that it serves"};
    };
    WorkQueueAccess queue_ = [] {
        return Failure{Errc::refused, "work is kept by the agent: start one with 'forager agent', and call this in a "
                                      "function of a script that it serves"};
    };
    TouchAccess touch_; // nothing: nobody keeps any
    scripting::Slicer slicer_;
    scripting::Library library_;
    std::atomic<bool> hears_interrupts_ = false; // asked on the watchdog's thread
    std::atomic<bool> interrupt_unheard_ = false;
    std::vector<std::shared_ptr<scripting::Script>> scripts_;
};

} // namespace forager
