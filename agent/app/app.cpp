#include "app/app.hpp"

#include "base/duration.hpp"
#include "base/secrets.hpp"
#include "functions/backup/backup.hpp"
#include "functions/builtin.hpp"
#include "functions/monitors.hpp"
#include "runtime/run_handler.hpp"
#include "scripting/coverage.hpp"
#include "scripting/vm/vm.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstring>
#include <exception>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration one_press = std::chrono::milliseconds{500}; // of Ctrl-C

// The last children are of the real world, also where time is not: `clock` is null elsewhere.
asio::awaitable<Outcome> with_last_children(asio::awaitable<Outcome> work, LocalProcessRunner& processes,
                                            VirtualClock* clock)
{
    std::exception_ptr thrown;
    Outcome outcome;
    try {
        outcome = co_await std::move(work);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    std::optional<VirtualClock::Real> real;
    if (clock != nullptr)
        real.emplace(*clock);
    co_await processes.end_all();
    if (thrown)
        std::rethrow_exception(thrown);
    co_return outcome;
}

} // namespace

Environment environment_for_children()
{
    Environment environment = current_environment();
    std::erase_if(environment,
                  [](const std::string& entry) { return is_agent_secret(entry.substr(0, entry.find('='))); });
    return environment;
}

App::App(AppConfig config, Observer& observer)
    : config_{std::move(config)},
      machine_clock_{io_.get_executor()},
      virtual_clock_{config_.virtual_time ? std::optional<VirtualClock>{std::in_place, *config_.virtual_time}
                                          : std::nullopt},
      clock_{virtual_clock_ ? static_cast<Clock&>(*virtual_clock_) : machine_clock_},
      random_{config_.seed ? SystemRandom{*config_.seed} : SystemRandom{}},
      processes_{io_.get_executor(), births_, clock_, environment_for_children(), config_.open_files},
      http_{pool_, clock_},
      scheduler_{io_.get_executor(), registry_, clock_, random_, observer, config_.scheduler},
      workflows_{scheduler_},
      slicer_{scripting::Vm::slice_over}
{
    if (config_.output)
        processes_.keep_of_output(*config_.output);
    scheduler_.keep_in(memory_journal_);
    add_builtin_functions(registry_, {clock_, processes_, docker_, kubernetes_, files_, brokers_, config_.no_docker,
                                      config_.no_kubernetes});
    if (config_.no_backup.empty())
        add_backup(registry_, {clock_, pool_, processes_, store_, backup_});
    else
        registry_.add_unavailable("backup", config_.no_backup);
    if (config_.no_docker.empty())
        add_monitors(registry_, monitors_);
}

App::~App()
{
    for (const auto& script : scripts_)
        script->withdraw();
    slicer_.spare_time().clear();
    // What peers had under way ends below.
    brokers_ = {};
    docker_ = {};
    kubernetes_ = {};
    files_ = {};
    backup_ = {};
    store_ = {};
    colony_ = {};
    touch_ = {};
    // What was posted and not run yet may hold on to a script: its end needs the clock, which goes before the loop.
    io_.restart();
    io_.poll();
}

void App::keep_in(Journal& journal, KeyValues& values)
{
    journal_ = &journal;
    values_ = &values;
    scheduler_.keep_in(journal);
}

std::shared_ptr<scripting::Script> App::script(std::string path, scripting::Script::Mode mode)
{
    scripts_.push_back(script(std::move(path), mode, {registry_, scheduler_, workflows_}));
    return scripts_.back();
}

std::shared_ptr<scripting::Script> App::script(std::string path, scripting::Script::Mode mode, Place place)
{
    scripting::Vm::Config config;
    config.heap_limit = config_.heap_limit;
    config.tasks = config_.tasks;
    config.line_hook = place.coverage == nullptr ? nullptr : scripting::Coverage::hook;
    Journal& journal = place.journal == nullptr ? *journal_ : *place.journal;
    const scripting::World world{
        io_.get_executor(), clock_,          random_,         slicer_,  library_,  pool_,    processes_, http_,
        place.registry,     place.scheduler, place.workflows, journal,  *values_,  signals_, colony_,    docker_,
        kubernetes_,        files_,          store_,          brokers_, monitors_, queue_,   touch_,     place.border,
        place.bench,        place.coverage};
    return std::make_shared<scripting::Script>(world, std::move(path), mode, config);
}

void App::Ticker::fire()
{
    constexpr Duration period = std::chrono::milliseconds{100};
    app_.config_.tick();
    app_.clock_.arm(*this, app_.clock_.now() + period);
}

Ending App::execute(asio::awaitable<Outcome> work)
{
    const auto cancel = std::make_shared<asio::cancellation_signal>();
    std::exception_ptr thrown;
    Ending ending;
    Watchdog watchdog{{config_.time_limit, config_.clean_up},
                      {[this, cancel](Watchdog::Stop) {
                           slicer_.interrupt();
                           asio::post(io_, [cancel] { cancel->emit(asio::cancellation_type::all); });
                       },
                       [this](std::function<void()> pong) { asio::post(io_, std::move(pong)); },
                       [this](Watchdog::Stop stop) { last_act(stop); }, hangup_on_the_strand(),
                       interrupt_on_the_strand()}};
    asio::co_spawn(io_, with_last_children(std::move(work), processes_, virtual_clock()),
                   asio::bind_cancellation_slot(cancel->slot(), [&](std::exception_ptr error, Outcome outcome) {
                       thrown = std::move(error);
                       ending.outcome = std::move(outcome);
                       io_.stop();
                   }));
    Ticker ticker{*this};
    if (config_.tick)
        ticker.fire();
    io_.restart();
    executes_ = true;
    bool stuck = false;
    run_loop([&] {
        stuck = true;
        cancel->emit(asio::cancellation_type::all);
    });
    executes_ = false;
    clock_.disarm(ticker);
    ending.stopped = watchdog.stopped();
    if (thrown)
        ending.outcome = failure_of(thrown);
    if (stuck)
        ending.outcome = Failure{Errc::script, "it waits for something that never comes"};
    if (ending.stopped && (ending.stopped->signal != 0 || !ending.outcome))
        ending.outcome = failure_of_stop(*ending.stopped);
    return ending;
}

// `stuck` hears when virtual time cannot go on: nothing is armed, and nobody outside is asked.
void App::run_loop(const std::function<void()>& stuck)
{
    if (!virtual_clock_) {
        io_.run();
        return;
    }
    virtual_clock_->run(io_, stuck);
}

std::function<void()> App::hangup_on_the_strand()
{
    if (!config_.hangup)
        return {};
    return [this] {
        asio::post(io_, [this] {
            if (executes_)
                config_.hangup();
        });
    };
}

// A loop that cannot be suspended, as in a comparator, holds up the strand: it is ended from here. A C function that
// takes its time, as a pattern match, cannot be: whoever asks again after a while gets the program to end.
std::function<bool()> App::interrupt_on_the_strand()
{
    if (!config_.interrupt)
        return {};
    return [this, asked = TimePoint{}]() mutable {
        if (!hears_interrupts_)
            return false;
        const TimePoint now = std::chrono::steady_clock::now();
        if (interrupt_unheard_)
            return now - asked < one_press;
        asked = now;
        interrupt_unheard_ = true;
        slicer_.interrupt();
        asio::post(io_, [this] {
            interrupt_unheard_ = false;
            slicer_.go_on();
            if (executes_)
                config_.interrupt();
        });
        return true;
    };
}

Failure App::failure_of_stop(Watchdog::Stop stop) const
{
    if (stop.signal == 0)
        return {Errc::timed_out, "not done within " + to_text(*config_.time_limit)};
    return {Errc::cancelled, std::string{"ended by "} + ::strsignal(stop.signal)};
}

// On the watchdog's thread. The loop may be alive: it must not take what is killed now for an outcome.
void App::last_act(Watchdog::Stop stop)
{
    io_.stop();
    processes_.kill_all_now();
    if (config_.last_words)
        config_.last_words(failure_of_stop(stop));
}

} // namespace forager
