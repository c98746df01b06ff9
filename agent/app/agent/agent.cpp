#include "app/agent/agent.hpp"

#include "app/agent/agent_blueprints.hpp"
#include "app/agent/agent_queue.hpp"
#include "app/agent/colony_member.hpp"
#include "app/agent/disk_watch.hpp"
#include "app/agent/guest_script.hpp"
#include "app/agent/retention.hpp"
#include "app/agent/run_script.hpp"
#include "app/agent/settings_words.hpp"
#include "app/agent/traced_call.hpp"
#include "app/backup_access.hpp"
#include "app/brokers.hpp"
#include "app/docker_access.hpp"
#include "app/files_access.hpp"
#include "app/kubernetes_access.hpp"
#include "app/store_access.hpp"
#include "base/duration.hpp"
#include "base/version.hpp"
#include "functions/broker_monitor.hpp"
#include "functions/builtin.hpp"
#include "functions/monitors.hpp"
#include "functions/reconcile.hpp"
#include "primitives/files/paths.hpp"
#include "runtime/run_handler.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration for_the_colony = std::chrono::seconds{5}; // to hear what is left to tell
constexpr Duration for_the_rest = std::chrono::seconds{15};  // after the grace period: children, outcomes, the file

AppConfig app_config(const config::Settings& settings, std::function<void()> hangup)
{
    AppConfig config;
    config.hangup = std::move(hangup);
    config.heap_limit = settings.limits.memory;
    config.tasks = settings.limits.tasks;
    config.open_files = settings.limits.open_files;
    config.output = settings.limits.output;
    config.clean_up = settings.agent.grace + for_the_rest;
    config.no_docker = why_no_docker(settings);
    config.no_kubernetes = why_no_kubernetes(settings);
    config.no_backup = why_no_backup(settings);
    if (!config.no_backup.empty())
        config.no_backup += ", and restart the agent";
    config.scheduler.concurrency = settings.agent.concurrency;
    config.scheduler.away = settings.limits.queue;
    config.scheduler.grace = settings.agent.grace;
    return config;
}

} // namespace

Agent::Agent(config::Settings settings, Reread reread)
    : settings_{std::move(settings)},
      reread_{std::move(reread)},
      log_{settings_.agent.log, settings_.agent.log_level},
      service_{ServiceManager::take_from_environment()},
      app_{app_config(settings_, [this] { reload_asked_.set(); }), observer_},
      counts_{app_.clock()},
      loops_{app_.executor(), app_.clock(), app_.random()},
      drain_{app_.executor(), drain_parts()},
      leftovers_{app_.executor(), app_.processes()},
      reload_asked_{app_.executor()},
      reloading_{app_.clock(), reload_asked_, {}, [this] { return reload(); }},
      begun_{app_.clock().now()},
      docker_{docker_access(settings_, app_, Home::agent)},
      kubernetes_{kubernetes_access(settings_, app_, Home::agent)},
      brokers_{broker_access(settings_, app_)}
{
    observer_.count_in(counts_);
    app_.ask_colony_as(colony_access(settings_, app_));
    app_.run_containers_on(docker_);
    app_.run_pods_in(kubernetes_);
    app_.bring_files_with(files_access(settings_, app_));
    app_.back_up_with(backup_access(settings_, Home::agent));
    app_.store_in(store_access(settings_, app_, settings_.agent.state_dir + "/uploads"));
    app_.talk_to_brokers(brokers_);
    app_.monitor_with(monitors_);
    app_.queue_in([this]() -> Result<WorkQueue*> { return work_.get(); });
    if (settings_.agent.reload == config::Reload::automatic)
        reloading_.changed = [this] { return scripts_->changed(); };
}

Agent::~Agent() = default;

Ending Agent::run()
{
    return app_.execute(live());
}

asio::awaitable<Outcome> Agent::live()
{
    std::optional<Result<void>> started; // nothing: it was told to stop before
    std::exception_ptr end;
    try {
        const Result<void> begun = co_await start();
        started = begun;
        if (begun)
            co_await serve();
    } catch (...) {
        end = std::current_exception(); // its cancellation is how it is stopped
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (!started || !*started) {
        co_await http_.close(app_.now());
        if (owes_nothing_) {
            co_await app_.processes().end_all();
            folder_->leave();
        }
        if (!started)
            std::rethrow_exception(end);
        co_return started->error();
    }
    co_await stop();
    co_return Outputs{};
}

asio::awaitable<Result<void>> Agent::start()
{
    if (const auto enforced = only_what_is_enforced(settings_); !enforced)
        co_return enforced.error();
    auto folder = StateFolder::open(settings_.agent.state_dir, this_process(app_.clock().boot()));
    if (!folder)
        co_return folder.error();
    folder_ = std::move(*folder);
    const bool died =
        co_await leftovers_.bury_the_dead(*folder_, log_, [this](const std::string& root) { return holds(root); });
    owes_nothing_ = !died;
    if (const auto opened = open_store(); !opened)
        co_return opened.error();
    if (died || Leftovers::are_containers_left(*folder_))
        leftovers_.remove_containers(docker_, app_.clock(), log_, store_->records());
    if ((died || Leftovers::are_jobs_left(*folder_)) && app_.config().no_kubernetes.empty())
        leftovers_.remove_jobs(kubernetes_, app_.clock(), log_, store_->records());
    queue_ = agent_queue(app_, *store_, settings_, [this](const std::string& id) { ended(id); });
    if (const auto made = make_colony(); !made)
        co_return made.error();
    keep_what_is_observed();
    make_control();
    if (const auto opened = open_http(); !opened)
        co_return opened.error();
    add_run_script(app_, observer_);
    if (app_.config().no_docker.empty())
        offer_broker_monitor();
    if (!settings_.colony.host.empty() && !blueprint_handlers(settings_).empty())
        offer_blueprints();
    if (const auto opened = co_await queue_->open(); !opened)
        co_return opened.error();
    if (const auto recalled = co_await colony_->recall(); !recalled)
        co_return recalled.error();
    co_await leftovers_.end_unclaimed(store_->records());
    co_await load();
    if (const auto known = co_await reconcile_->load(); !known)
        co_return known.error();
    co_return open_socket();
}

void Agent::offer_broker_monitor()
{
    add_broker_monitor(
        app_.registry(), [this] { return app_.monitors(); }, [this] { return Result<Replies*>{&store_->replies()}; });
}

void Agent::offer_blueprints()
{
    blueprints_ = agent_blueprints(app_, settings_, *reconcile_, log_);
    app_.registry().add_unavailable("reconcile", "");
    add_reconcile(app_.registry(), blueprint_work_);
}

// Nobody tells of an engine that begins: its socket has to be looked for.
asio::awaitable<void> Agent::meet_engine()
{
    constexpr Duration look = std::chrono::seconds{2};
    while (!why_no_docker(settings_).empty())
        co_await sleep_for(app_.clock(), look);
    add_container_functions(app_.registry(), docker_, files_, brokers_);
    add_monitors(app_.registry(), monitors_);
    offer_broker_monitor();
    log_.info("there is a Docker engine now", {{"host", settings_.docker.host}});
}

Result<void> Agent::open_store()
{
    auto opened =
        store::Store::open(app_.executor(), app_.clock(), {folder_->at("forager.db"), settings_.limits.log_lines});
    if (!opened)
        return opened.error();
    store_ = std::move(*opened);
    if (!store_->damage().empty())
        log_.fail(store_->damage());
    app_.keep_in(store_->journal(), store_->values());
    return {};
}

Result<void> Agent::make_colony()
{
    auto opened = ColonyDesk::open(
        settings_, {app_, log_, *store_, settings_.agent.state_dir, [this](const std::string& id) { ended(id); }});
    if (!opened)
        return opened.error();
    colony_ = std::move(*opened);
    return {};
}

void Agent::keep_what_is_observed()
{
    observer_.keep_in(
        store_->records(), store_->logs(), [this](const std::string& id) { return holds(id); },
        [this](const std::string& id, std::string_view text) {
            colony_->line(id, text);
            api_->wrote(id);
        });
}

// Whether it is work that the next agent would go on with.
bool Agent::holds(const std::string& id) const
{
    return queue_->has_begun(id) || colony_->holds(id);
}

void Agent::ended(const std::string& id)
{
    observer_.end(id);
    leftovers_.forget(id);
    api_->ended(id);
    channels_->wake();
}

void Agent::make_sessions()
{
    const auto script = [this](std::string path) {
        const auto guest = std::make_shared<GuestScript>(app_, observer_, std::move(path));
        return std::shared_ptr<scripting::Script>{guest, &guest->script()};
    };
    sessions_ = std::make_unique<control::Sessions>(control::Sessions::Parts{
        app_.executor(), app_.clock(), script, [this] { return app_.scheduler().fresh_id(); }});
}

void Agent::make_control()
{
    make_sessions();
    scripts_ = std::make_unique<ScriptSet>(app_, observer_, log_, loops_, gate_, settings_.agent.scripts);
    observer_.name_scripts([this](const std::string& function) { return scripts_->script_of(function); });
    events_ = std::make_unique<Events>(app_, *store_, *queue_, gate_, observer_, log_);
    const BrokerEvents::Parts brokers{app_, settings_, brokers_, *queue_, gate_, observer_, log_, loops_};
    messages_ = std::make_unique<BrokerEvents>(brokers);
    streams_ = std::make_unique<StreamEvents>(brokers);
    channels_ = std::make_unique<ChannelDesk>(
        ChannelDesk::Parts{app_, settings_, brokers_, *queue_, store_->replies(), *messages_, log_, loops_});
    engine_ = std::make_unique<EngineDesk>(app_, *store_, *queue_, gate_, observer_, log_, docker_);
    cluster_ =
        std::make_unique<ClusterDesk>(ClusterDesk::Parts{app_, kubernetes_, *queue_, gate_, observer_, log_, loops_});
    reconcile_ = std::make_unique<ReconcileDesk>(ReconcileDesk::Parts{app_, settings_, *store_, log_, observer_});
    overview_ = std::make_unique<Overview>(Overview::Parts{app_, log_, counts_, loops_, *queue_, *colony_, *store_,
                                                           *scripts_, *events_, *messages_, *streams_, *channels_,
                                                           *engine_, reconcile_->keeper(), *sessions_, begun_});
    work_ = std::make_unique<WorkDesk>(
        WorkDesk::Parts{app_.scheduler(), *queue_, *store_, app_.signals(),
                        [this](const std::string& function) { return hears_signals(function); }});
    api_ = std::make_unique<control::Api>(
        control::Api::Parts{app_.scheduler(), *queue_, *store_, *work_, reconcile_->keeper(), *sessions_, gate_,
                            [this] { return overview_->status(); }, [this] { return overview_->scripts(); },
                            [this] { return reload(); }, [this] { return drain_.run(); }, [this] { drain_.resume(); }});
    reconcile_->tell([this](const reconcile::Document& document) { api_->changed(document.key); });
    http::Server::Config config;
    config.grace = Duration{}; // whoever waits for the end of something is told so by the end of the connection
    server_ = std::make_unique<http::Server>(
        app_.executor(), app_.clock(), [this](http::ServedRequest request) { return api_->handle(std::move(request)); },
        config);
    doors_ = std::make_unique<TaskGroup>(app_.executor());
}

Result<void> Agent::open_socket()
{
    std::error_code ignored;
    std::filesystem::create_directories(parent_of(settings_.agent.socket), ignored);
    return server_->listen_local(settings_.agent.socket, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);
}

Result<void> Agent::open_http()
{
    return http_.open(
        settings_.http, settings_.limits,
        {app_.executor(), app_.clock(), *queue_, gate_,
         [this](Invocation invocation) { return traced_call(app_.scheduler(), observer_, std::move(invocation)); },
         [this] { return trouble(); },
         [this](const HttpDoor& door, MetricsText::Form form) { return overview_->metrics(door, form); },
         [this] { return overview_->page(); }});
}

asio::awaitable<void> Agent::serve()
{
    doors_->spawn("control", server_->run());
    loops_.start("queue", [this] { return queue_->run(); });
    colony_->start(loops_);
    loops_.start("schedules", [this] { return events_->cron().run(); });
    loops_.start("files", [this] { return events_->files().run(); });
    messages_->start();
    channels_->start();
    engine_->start(loops_);
    reconcile_->start(loops_);
    if (blueprints_)
        blueprints_->start(loops_);
    if (!app_.config().no_docker.empty() && !settings_.docker.host.empty())
        doors_->spawn("engine", meet_engine());
    loops_.start("reload", [this] { return reloading_.run(); });
    loops_.start("disk", [this] { return watch_disk(store_->writer(), app_.clock(), log_); });
    const store::Retention retention{settings_.limits.retention, settings_.limits.retention_count};
    loops_.start("retention", [this, retention] {
        return keep_forgetting(*store_, app_.clock(), retention,
                               {[this] { return events_->schedules(); }, [this] { return events_->watches(); }});
    });
    if (service_.listens())
        loops_.start("service",
                     [this] { return service_.keep_told(app_.clock(), [this] { return overview_->line(false); }); });
    log_.info("forager " + std::string{version} + " is ready",
              {{"socket", settings_.agent.socket}, {"state", settings_.agent.state_dir}});
    http_.ready();
    service_.ready();
    Event never{app_.executor()};
    co_await never.wait();
    co_await asio::this_coro::throw_if_cancelled(true);
}

asio::awaitable<void> Agent::stop()
{
    log_.info("stopping", {{"running", overview_->awake()}, {"grace", to_text(settings_.agent.grace)}});
    service_.stopping(settings_.agent.grace + for_the_rest);
    const TimePoint end_of_grace = app_.now() + settings_.agent.grace;
    http_.stopping();
    doors_->spawn("hurry", hurry_at(end_of_grace));
    queue_->stop();
    colony_->stop();
    app_.processes().leave_kept();
    co_await loops_.stop();
    co_await engine_->stop();
    co_await cluster_->stop();
    co_await reconcile_->stop();
    if (service_.listens()) // it is still watched
        doors_->spawn("service", service_.keep_told(app_.clock(), [this] { return overview_->line(true); }));
    co_await app_.scheduler().drain();
    co_await colony_->drain(app_.now() + for_the_colony);
    co_await messages_->close(end_of_grace);
    co_await channels_->close(app_.now() + for_the_colony);
    co_await http_.close(end_of_grace);
    co_await sessions_->end();
    store_->writer().hurry();
    doors_->cancel();
    co_await doors_->emptied();
    co_await leftovers_.settled();
    co_await store_->writer().close();
    co_await app_.processes().end_all();
    leftovers_.say_what_is_left(*folder_, docker_, kubernetes_);
    folder_->leave();
    log_.info("stopped");
}

// What the disk refuses when the grace period is over is not tried again: it is done after the next start.
asio::awaitable<void> Agent::hurry_at(TimePoint end_of_grace)
{
    co_await sleep_until(app_.clock(), end_of_grace);
    store_->writer().hurry();
}

asio::awaitable<void> Agent::reload()
{
    const Permit turn = co_await reloads_.permit();
    const ServiceManager::Reload told{service_, app_.now()};
    co_await load();
    if (reread_)
        tell_of_changes(settings_, reread_(), log_);
}

Drain::Parts Agent::drain_parts()
{
    const auto pause = [this] {
        queue_->pause();
        colony_->pause();
    };
    const auto resume = [this] {
        queue_->resume();
        colony_->resume();
    };
    return {gate_, app_.scheduler(), pause, resume, [this] { return overview_->awake() > 0 || colony_->asks(); }};
}

asio::awaitable<void> Agent::load()
{
    co_await scripts_->load();
    events_->serve(scripts_->scripts());
    messages_->serve(scripts_->scripts());
    co_await streams_->serve(scripts_->scripts());
    engine_->serve(scripts_->scripts());
    co_await cluster_->serve(scripts_->scripts());
    reconcile_->serve(scripts_->scripts());
    http_.serve(scripts_->watchers());
    queue_->reconsider();
}

// A script that was submitted may be a workflow, which is recorded as durable functions are.
bool Agent::hears_signals(const std::string& function)
{
    const auto found = app_.registry().find(function);
    if (!found || (*found)->function.durable || function == run_script_function)
        return true;
    return std::ranges::any_of(scripts_->scripts(),
                               [&](const auto& script) { return script->workflows.contains(function); });
}

// Why it takes no work, or begins none; empty: it does.
std::string Agent::trouble() const
{
    return gate_.is_shut() ? drained : store_->writer().trouble();
}

} // namespace forager
