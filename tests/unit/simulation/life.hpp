// One life of an agent in a simulation: the real scheduler, store, journal, scripts and sources under a virtual clock,
// on a disk that fails on demand. What lasts longer than a life is in the file and in the ledger.
#pragma once

#include "faulty_vfs.hpp"
#include "ledger.hpp"
#include "runtime/supervisor.hpp"
#include "sources/cron/cron_source.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"
#include "watched_intake.hpp"
#include "work.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace forager::test {

class Life {
public:
    struct Config {
        std::string path; ///< of the state file
        std::uint64_t seed = 1;
        std::size_t concurrency = 4;
        TimePoint now{}; ///< where the clocks stand
        WallTime wall{};
        std::string boot = "first";
        scripting::Library& library;
    };

    Life(FaultyDisk& disk, Ledger& ledger, const Config& config);
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life();

    /// False when the disk did not let it.
    bool begin();

    /// It is dead from now on: nothing is written, and nobody believes what he hears.
    void kill();
    bool alive() const { return !killed_ && disk_.powered(); }

    /// As after SIGTERM; or takes away what a death has left.
    void end();

    // What clients and operators do; each goes on by itself.
    void submit(Submission submission);
    void cancel(std::string id);
    void retry(std::string id);
    void signal(std::string id);
    void reload();
    void withdraw_one() { work_.withdraw_one(); }
    void bring_back();
    void set_wall(WallTime wall);

    /// No more runs of schedules begin.
    void end_schedules() { world_.run(loops_.end("schedules")); }

    /// Runs so many of the things that can run.
    void turns(std::size_t count);
    void pass(Duration time) { world_.clock.run_for(world_.io, time); }

    VirtualClock& clock() { return world_.clock; }
    std::vector<Found> invocations();

    /// When it began, by the calendar; nothing when that was set meanwhile, or a run of a schedule had to wait.
    std::optional<WallTime> undisturbed_since() const { return undisturbed_since_; }

    /// Up to when the runs of this schedule were settled when it began; nothing: it was never looked at.
    std::optional<WallTime> settled(const std::string& schedule) const;

private:
    std::vector<Schedule> schedules() const;
    void tell_ledger();
    void start_loops();
    void do_later(boost::asio::awaitable<void> work);
    boost::asio::awaitable<void> hurry_after_grace();
    boost::asio::awaitable<void> submit_now(Submission submission);
    boost::asio::awaitable<void> cancel_now(std::string id);
    boost::asio::awaitable<void> retry_now(std::string id);
    boost::asio::awaitable<void> signal_now(std::string id);

    FaultyDisk& disk_;
    Ledger& ledger_;
    std::string path_;
    ScriptWorld world_;
    Work work_;
    WatchedIntake intake_;
    Supervisor loops_;
    TaskGroup clients_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<QueueSource> queue_;
    std::unique_ptr<CronSource> cron_;
    std::map<std::string, WallTime> settled_; // schedules
    std::optional<WallTime> undisturbed_since_;
    std::vector<std::pair<TimePoint, WallTime>> settings_; // of the calendar's clock, and what it had shown
    bool killed_ = false;
    bool ended_ = false;
};

} // namespace forager::test
