#include "app/watchdog.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <memory>
#include <pthread.h>
#include <unistd.h>

namespace forager {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int wake_signal = SIGUSR2; // ends the thread's wait when the work is done

sigset_t watched_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, wake_signal})
        sigaddset(&set, signal);
    struct sigaction hangup{};
    ::sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) // as nohup has it
        sigaddset(&set, SIGHUP);
    return set;
}

timespec until(SteadyClock::time_point when)
{
    const auto left = std::max(SteadyClock::duration::zero(), when - SteadyClock::now());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    timespec span{};
    span.tv_sec = seconds.count();
    span.tv_nsec = std::chrono::nanoseconds{left - seconds}.count();
    return span;
}

} // namespace

void block_watched_signals()
{
    const sigset_t set = watched_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void release_watched_signals()
{
    sigset_t set = watched_signals();
    sigdelset(&set, wake_signal);
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Watchdog::Watchdog(Config config, Callbacks callbacks)
    : config_{config}, callbacks_{std::move(callbacks)}, thread_{[this] { watch(); }}
{
}

Watchdog::~Watchdog()
{
    done_ = true;
    ::pthread_kill(thread_.native_handle(), wake_signal);
    thread_.join();
}

std::optional<Watchdog::Stop> Watchdog::stopped() const
{
    const int signal = stopped_;
    if (signal < 0)
        return std::nullopt;
    return Stop{signal};
}

int Watchdog::exit_code(Stop stop)
{
    return stop.signal == 0 ? 1 : 128 + stop.signal;
}

// A signal, or Stop{} when the time is up; nothing when the work is done.
std::optional<Watchdog::Stop> Watchdog::wait(std::optional<SteadyClock::time_point> when)
{
    const sigset_t set = watched_signals();
    while (!done_) {
        const timespec span = when ? until(*when) : timespec{};
        const int signal = when ? ::sigtimedwait(&set, nullptr, &span) : ::sigwaitinfo(&set, nullptr);
        if (signal == SIGHUP && callbacks_.hangup)
            callbacks_.hangup();
        else if (signal == SIGINT && callbacks_.interrupt && callbacks_.interrupt())
            continue;
        else if (signal > 0 && signal != wake_signal)
            return Stop{signal};
        if (signal < 0 && errno == EAGAIN)
            return Stop{};
    }
    return std::nullopt;
}

void Watchdog::watch()
{
    std::optional<SteadyClock::time_point> limit;
    if (config_.limit)
        limit = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(*config_.limit);
    const auto stop = wait(limit);
    if (!stop)
        return;
    stopped_ = stop->signal;
    callbacks_.stop(*stop);
    see_it_end(*stop);
}

// A second signal does not wait any longer.
void Watchdog::see_it_end(Stop stop)
{
    const auto end = SteadyClock::now() + config_.clean_up;
    const auto alive = std::make_shared<std::atomic<bool>>(); // the loop may answer when this watchdog is gone
    while (SteadyClock::now() < end) {
        *alive = false;
        callbacks_.ping([alive] { *alive = true; });
        const auto again = wait(SteadyClock::now() + config_.answer);
        if (!again)
            return;
        if (again->signal != 0 || !*alive)
            break;
    }
    end_program(stop);
}

void Watchdog::end_program(Stop stop)
{
    callbacks_.last_act(stop);
    ::_exit(exit_code(stop));
}

} // namespace forager
